// The set-up's words about the organisation, errors and quarantine in Spanish.
import type { Translation } from '$ui/translate.ts';
import type { house as english } from '../en/house.ts';

export const house: Translation<typeof english> = {
	'organisation.title': 'Organización',
	'organisation.zone': 'Zona horaria',
	'organisation.formats': 'Aspecto de fechas y números',
	'organisation.now': 'Ahora, en esta zona horaria',
	'organisation.number': 'Un número',
	'organisation.badLanguage': 'No es un idioma que se pueda mostrar.',
	'organisation.key': 'Clave de la organización',
	'organisation.keyHint': 'Identifica a la organización en la API de clientes.',

	'errors.title': 'Errores de entrega',
	'errors.text': 'Lo que no se ha podido entregar en los últimos 30 días, por qué y cómo corregirlo.',
	'errors.none': 'Se ha entregado todo',
	'errors.noneText': 'Aquí aparecen los fallos de los últimos 30 días.',
	'errors.at': 'Cuándo',
	'errors.what': 'Qué ha ocurrido',
	'errors.advice': 'Qué hacer',
	'errors.open': 'Abrir la conversación',

	'quarantine.title': 'Cuarentena',
	'quarantine.text': 'Llamadas de proveedores que no se han podido entender en los últimos 7 días. No dieron lugar a ningún mensaje; aquí se guarda qué era cada una, sin su contenido.',
	'quarantine.none': 'Se ha entendido todo',
	'quarantine.noneText': 'Una llamada que no se puede leer se rechaza, y su rastro aparece aquí durante 7 días.',
	'quarantine.one': 'Llamada en cuarentena',
	'quarantine.at': 'Cuándo',
	'quarantine.why': 'Motivo',
	'quarantine.size': 'Tamaño',
	'quarantine.hash': 'SHA-256',
	'quarantine.hashHint': 'Del cuerpo. Sirve para encontrar una copia en el registro del proveedor o en un proxy.',
	'quarantine.headers': 'Cabeceras',
	'quarantine.noHeaders': 'No se ha guardado ninguna.',
	'quarantine.noChannel': 'Un canal que ya no existe',
	'quarantine.details': 'Detalles',
	'quarantine.open': 'Detalles de la llamada de {at}',
	'quarantine.advice': 'Se ha indicado al proveedor que la llamada es incorrecta, y puede que la repita. Si sigue llegando, compare la configuración del webhook en el proveedor con la del canal.'
};
