// The console's words about the page around everything, and the way in in Spanish.
import type { Translation } from '$ui/translate.ts';
import type { shell as english } from '../en/shell.ts';

export const shell: Translation<typeof english> = {
	'app.name': 'Switchboard',
	'app.skip': 'Ir al contenido',
	'app.unreachable': 'No se puede conectar con Switchboard',
	'app.chunk': 'No se ha podido cargar esta página',
	'app.chunkText': 'Puede que no haya conexión o que se haya instalado una versión nueva. Inténtelo de nuevo o recargue la página.',
	'app.missing': 'Esta página no existe',
	'app.missingText': 'Puede que la dirección esté mal escrita o que la página se haya movido.',

	cancel: 'Cancelar',
	close: 'Cerrar',
	logout: 'Cerrar sesión',

	'login.title': 'Inicie sesión en Switchboard',
	'login.email': 'Correo electrónico',
	'login.password': 'Contraseña',
	'login.submit': 'Iniciar sesión',
	'login.failed': 'No se ha podido iniciar sesión. Inténtelo de nuevo.',

	'first.text': 'Esta instalación está vacía. Dé un nombre a su organización y conviértase en su administrador.',
	'first.organisation': 'Organización',
	'first.submit': 'Empezar',
	'first.gone': 'Este enlace ya no se puede usar',
	'first.goneAdvice': 'Funciona una sola vez y solo mientras la instalación está vacía. Inicie sesión o busque el enlace más reciente en la salida del servidor.',

	'invite.title': 'Le damos la bienvenida a Switchboard',
	'invite.text': 'Tiene una invitación a {organisation}. Elija una contraseña para empezar.',
	'invite.name': 'Su nombre',
	'invite.password': 'Contraseña nueva',
	'invite.passwordHint': 'Al menos 10 caracteres.',
	'invite.submit': 'Guardar e iniciar sesión',
	'invite.gone': 'Esta invitación ya no se puede usar',
	'invite.goneAdvice': 'Las invitaciones funcionan una sola vez. Pida un enlace nuevo a un administrador o inicie sesión si ya tiene contraseña.',

	'nav.label': 'Secciones',
	'nav.home': 'Switchboard, ir a la bandeja de entrada',
	'nav.inbox': 'Bandeja',
	'nav.setup': 'Configuración',
	'nav.search': 'Buscar',
	'nav.palette': 'Búsqueda y comandos',
	'nav.unread': '{place}, {count} sin leer',

	'connection.lost': 'Reconectando… Lo que ve puede no estar al día.',
	'connection.offline': 'No tiene conexión. Lo que escriba se guarda y se envía cuando vuelva.',
	'connection.waiting_one': '{count} mensaje pendiente de envío',
	'connection.waiting_other': '{count} mensajes pendientes de envío',

	'presence.menu': 'Su estado',
	'presence.offline': 'Desconectado',
	'presence.summary': '{name}: {status}, {used} de {limit} de capacidad en uso',
	'presence.capacity': 'Capacidad',
	'presence.used': '{used} de {limit}',
	'presence.set': 'Cambiar estado: {status}',
	'presence.kind.online': 'recibe trabajo',
	'presence.kind.busy': 'conserva su trabajo',
	'presence.kind.away': 'ausente',
	'presence.kind.offline': 'desconectado',

	'palette.title': 'Búsqueda y comandos',
	'palette.placeholder': 'Busque conversaciones o escriba un comando',
	'palette.conversations': 'Conversaciones',
	'palette.colleagues': 'Compañeros',
	'palette.none': 'Sin resultados',

	'panes.add': 'Otra conversación junto a esta',
	'panes.close': 'Cerrar este panel',
	'panes.empty': 'Elija una conversación para este panel',
	'panes.emptyText': 'Elija una de la lista. Se abre aquí, junto a la otra.',
	'panes.next': 'Panel siguiente',
	'panes.previous': 'Panel anterior',

	'forbidden.title': 'No tiene acceso a esto',
	'forbidden.list': 'Sus permisos no incluyen estas conversaciones. Consulte a un administrador.',
	'forbidden.setup': 'Sus permisos no incluyen esta parte de la configuración. Consulte a un administrador.',

	'notices.title': 'Notificaciones',
	'notices.unread_one': '{count} notificación sin leer',
	'notices.unread_other': '{count} notificaciones sin leer',
	'notices.none': 'Nadie le ha mencionado en los últimos 30 días.',
	'notices.allRead': 'Marcar todo como leído',
	'notices.mentionBy': '{name} le ha mencionado',
	'notices.mentionIn': '{name} le ha mencionado en la conversación con {customer}',
	'notices.closed': 'No puede abrir esta conversación. Solicite acceso si lo necesita.',
	'notices.word': 'Avisos',
	'notices.new': 'Sin leer',

	'address.phone': 'Teléfono',
	'address.scoped': 'ID del canal',
	'address.device': 'Navegador',
	'address.verified': 'Verificado como'
};
