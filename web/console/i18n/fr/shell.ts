// The console's words about the page around everything, and the way in in French.
import type { Translation } from '$ui/translate.ts';
import type { shell as english } from '../en/shell.ts';

export const shell: Translation<typeof english> = {
	'app.name': 'Switchboard',
	'app.skip': 'Aller au contenu',
	'app.unreachable': 'Switchboard est injoignable',
	'app.chunk': 'Cette page n’a pas pu être chargée',
	'app.chunkText': 'La connexion est peut-être coupée, ou une nouvelle version a été installée. Réessayez, ou rechargez la page.',
	'app.missing': 'Cette page n’existe pas',
	'app.missingText': 'L’adresse contient peut-être une faute, ou la page a changé de place.',

	cancel: 'Annuler',
	close: 'Fermer',
	logout: 'Se déconnecter',

	'login.title': 'Se connecter à Switchboard',
	'login.email': 'E-mail',
	'login.password': 'Mot de passe',
	'login.submit': 'Se connecter',
	'login.failed': 'La connexion n’a pas abouti. Réessayez.',

	'first.text': 'Cette installation est vide. Nommez votre organisation et devenez son administrateur.',
	'first.organisation': 'Organisation',
	'first.submit': 'Commencer',
	'first.gone': 'Ce lien n’est plus valable',
	'first.goneAdvice': 'Il sert une seule fois, tant que l’installation est vide. Connectez-vous, ou cherchez le lien le plus récent dans la sortie du serveur.',

	'invite.title': 'Bienvenue dans Switchboard',
	'invite.text': '{organisation} vous invite. Choisissez un mot de passe pour commencer.',
	'invite.name': 'Votre nom',
	'invite.password': 'Nouveau mot de passe',
	'invite.passwordHint': 'Au moins 10 caractères.',
	'invite.submit': 'Définir le mot de passe et se connecter',
	'invite.gone': 'Cette invitation n’est plus valable',
	'invite.goneAdvice': 'Une invitation sert une seule fois. Demandez un nouveau lien à un administrateur, ou connectez-vous si vous avez déjà un mot de passe.',

	'nav.label': 'Rubriques',
	'nav.home': 'Switchboard, vers la boîte de réception',
	'nav.inbox': 'Réception',
	'nav.setup': 'Configuration',
	'nav.search': 'Recherche',
	'nav.palette': 'Recherche et commandes',
	'nav.unread': '{place}, {count} non lus',

	'connection.lost': 'Reconnexion en cours… Ce que vous voyez n’est peut-être plus à jour.',
	'connection.offline': 'Vous êtes hors ligne. Ce que vous écrivez est gardé et sera envoyé au retour de la connexion.',
	'connection.waiting_one': '{count} message en attente d’envoi',
	'connection.waiting_other': '{count} messages en attente d’envoi',

	'presence.menu': 'Votre statut',
	'presence.offline': 'Hors ligne',
	'presence.summary': '{name} : {status}, {used} sur {limit} de capacité utilisés',
	'presence.capacity': 'Capacité',
	'presence.used': '{used} sur {limit}',
	'presence.set': 'Changer de statut : {status}',
	'presence.kind.online': 'prend du travail',
	'presence.kind.busy': 'garde son travail',
	'presence.kind.away': 'absent',
	'presence.kind.offline': 'hors ligne',

	'palette.title': 'Recherche et commandes',
	'palette.placeholder': 'Cherchez une conversation ou tapez une commande',
	'palette.conversations': 'Conversations',
	'palette.colleagues': 'Collègues',
	'palette.none': 'Rien trouvé',

	'panes.add': 'Une autre conversation à côté',
	'panes.close': 'Fermer ce volet',
	'panes.empty': 'Choisissez une conversation pour cette place',
	'panes.emptyText': 'Choisissez-en une dans la liste. Elle s’ouvrira ici, à côté de l’autre.',
	'panes.next': 'Volet suivant',
	'panes.previous': 'Volet précédent',

	'forbidden.title': 'Vous ne pouvez pas voir ceci',
	'forbidden.list': 'Vos autorisations ne couvrent pas ces conversations. Adressez-vous à un administrateur.',
	'forbidden.setup': 'Vos autorisations ne couvrent pas cette partie de la configuration. Adressez-vous à un administrateur.',

	'notices.title': 'Notifications',
	'notices.unread_one': '{count} notification non lue',
	'notices.unread_other': '{count} notifications non lues',
	'notices.none': 'Personne ne vous a mentionné ces 30 derniers jours.',
	'notices.allRead': 'Tout marquer comme lu',
	'notices.mentionBy': '{name} vous a mentionné',
	'notices.mentionIn': '{name} vous a mentionné dans la conversation avec {customer}',
	'notices.closed': 'Vous ne pouvez pas ouvrir cette conversation. Demandez-en l’accès si vous en avez besoin.',
	'notices.word': 'Notifications',
	'notices.new': 'Non lue',

	'address.phone': 'Téléphone',
	'address.scoped': 'Identifiant du canal',
	'address.device': 'Navigateur',
	'address.verified': 'Vérifié comme'
};
