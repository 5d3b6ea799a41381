import type { push as english } from '../en/push.ts';

export const push: typeof english = {
	offer: 'Se le ofrece una conversación: {who}',
	message: 'Mensaje nuevo de {who}',
	mention: '{who} le ha mencionado',
	test: 'Los avisos llegan a este dispositivo',
	testText: 'Así le llama Switchboard cuando nadie mira una consola.',
	unknown: 'un cliente',
	offline: 'No se puede acceder a Switchboard',
	offlineText: 'La red o el servidor no están disponibles. No se ha perdido nada de lo que escribió: se guarda en este navegador.',
	again: 'Intentar de nuevo',
	inbox: 'Bandeja de entrada',
	start: 'Iniciar una conversación',
	description: 'Mensajería con clientes'
};
