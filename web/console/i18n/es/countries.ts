// The set-up's words about the country table in Spanish.
import type { Translation } from '$ui/translate.ts';
import type { countries as english } from '../en/countries.ts';

export const countries: Translation<typeof english> = {
	'countries.title': 'Países',
	'countries.text': 'Para qué se pueden usar los números de SMS y cuándo puede escribir primero una empresa, país por país.',
	'countries.numbers': 'Tipos de números',
	'countries.hours': 'Horas de envío',
	'countries.values': 'Valores',
	'countries.builtIn': 'De fábrica',
	'countries.changed': 'Cambiado aquí',
	'countries.elsewhere': 'En los demás países',
	'countries.other': 'Otro país…',
	'countries.never': 'Nunca',
	'countries.noKind': 'Ninguno',
	'countries.elsewhereText': 'Vale en todos los países que no tienen su propia línea.',
	'countries.notListed': 'Este país no tiene su propia línea: aquí vale lo mismo que en los demás países. Un cambio le da una.',
	'countries.numbersText': 'Un tipo desactivado no existe allí: no se envía nada desde un número así. Las reglas valen cuando se escribe un mensaje y otra vez cuando sale.',
	'countries.noSuch': 'No existe en este país.',
	'countries.use.answer': 'Responder a clientes',
	'countries.use.begin': 'Escribir primero',
	'countries.use.automated': 'Mensajes automáticos',
	'countries.use.campaign': 'Campañas',
	'countries.limited': 'Limitado por mes',
	'countries.limitedHint': 'Limita un número a 15 000 mensajes al mes, y a 3 por cada uno recibido.',
	'countries.abroad': 'Puede escribir a otros países',
	'countries.minDigits': 'Mínimo de cifras',
	'countries.maxDigits': 'Máximo de cifras',
	'countries.hoursText': 'Cuándo puede escribir primero una empresa, según el reloj del cliente. Las respuestas salen a cualquier hora; se avisa a quien inicia una conversación fuera de estas horas.',
	'countries.from': '{day}, desde',
	'countries.until': '{day}, hasta',
	'countries.closed': 'Cerrado',
	'countries.closedOn': 'También cerrado el',
	'countries.closedOnHint': 'Festivos y similares, separados por comas: 12-25 para cada año, 2027-03-29 para uno solo. Los festivos móviles los añade usted.',
	'countries.advice': 'Las horas de fábrica son un comienzo prudente y no asesoramiento legal: consulte lo que exige la ley del país.',
	'countries.reset': 'Volver a los valores de fábrica'
};
