// Why a message was not delivered in Spanish.
import type { Translation } from '$ui/translate.ts';
import type { delivery as english } from '../en/delivery.ts';

export const delivery: Translation<typeof english> = {
	'delivery.0001': 'No se pudo contactar con el proveedor del canal. Envíelo de nuevo más tarde.',
	'delivery.0001.waiting': 'No se puede contactar con el proveedor del canal. Seguimos intentándolo.',
	'delivery.0002': 'El proveedor del canal tuvo un problema. Envíelo de nuevo más tarde.',
	'delivery.0002.waiting': 'El proveedor del canal tiene un problema. Seguimos intentándolo.',
	'delivery.0003': 'Se rechazó la configuración del canal. Pida a un administrador que revise el canal.',
	'delivery.0004': 'El plazo para responder libremente ha terminado. Espere a que el cliente escriba o envíe una plantilla aprobada.',
	'delivery.0005': 'No se pudo entregar en ese momento. Envíelo de nuevo más tarde.',
	'delivery.0005.waiting': 'No se puede entregar ahora mismo. Seguimos intentándolo.',
	'delivery.0006': 'Otra aplicación tiene ahora esta conversación.',
	'delivery.1001': 'El remitente no es válido para este canal.',
	'delivery.1002': 'El proveedor no conoce al remitente.',
	'delivery.1003': 'El número del remitente aún no está verificado.',
	'delivery.1004': 'El proveedor ha bloqueado al remitente.',
	'delivery.2001': 'La dirección no puede recibir mensajes. Compruébela.',
	'delivery.2002': 'El cliente ha bloqueado o abandonado a este remitente. No se puede enviar nada hasta que vuelva a escribir.',
	'delivery.2004': 'El operador del cliente bloquea este mensaje. Use otra vía para contactarle.',
	'delivery.3001': 'El proveedor rechazó el mensaje. Redáctelo de otro modo y envíelo de nuevo.',
	'delivery.3002': 'Este canal no acepta archivos de ese tipo. Envíe otro formato.',
	'delivery.3003': 'El proveedor considera este mensaje como spam. Redáctelo de otro modo.',
	'delivery.3004': 'El texto es demasiado largo para este canal. Acórtelo.',
	'delivery.3005': 'El archivo es demasiado grande para este canal. Envíe uno más pequeño.',
	'delivery.3006': 'Demasiados archivos en un mensaje. Envíelos uno por uno.',
	'delivery.3007': 'Este tipo de mensaje no está permitido aquí.',
	'delivery.not_sent': 'Este mensaje no se envió.',
	'delivery.opted_out': 'El cliente se ha dado de baja. No se puede enviar nada hasta que vuelva a aceptar.',
	'delivery.consent_required': 'El cliente aún no ha aceptado recibir mensajes en este canal.',
	'delivery.window_closed': 'Ha pasado demasiado tiempo desde que el cliente escribió. Envíe una plantilla aprobada o espere a que escriba.',
	'delivery.channel_inactive': 'Este canal no está activo. Pida a un administrador que lo active.',
	'delivery.wrong_country': 'El número de este canal no puede escribir a ese país. Use un canal con un número de ese país.',
	'delivery.use_not_allowed': 'Este número no puede usarse para eso. Use otro canal o espere a que el cliente escriba.',
	'delivery.daily_limit': 'El proveedor no permite escribir hoy a más clientes. Se enviará cuando vuelva a ser posible.'
};
