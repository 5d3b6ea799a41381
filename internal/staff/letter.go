package staff

import (
	"fmt"
	"strings"
)

// Letter is an e-mail that carries somebody a link.
type Letter string

// Letters.
const (
	LetterInvite Letter = "invite"
	LetterReset  Letter = "reset"
)

// words of a language: the greeting takes the name, the end follows the link.
type words struct {
	greeting, end string
	letters       map[Letter][2]string // subject, and what stands before the link
}

func wordsOf(language string) words {
	switch language {
	case "de":
		return words{"Guten Tag, %s,", "Der Link gilt einmal.", map[Letter][2]string{
			LetterInvite: {"Einladung zu Switchboard", "Sie sind eingeladen, Kunden zu antworten. Wählen Sie hier Ihr Passwort:"},
			LetterReset:  {"Ihr neues Passwort für Switchboard", "Wählen Sie hier ein neues Passwort:"}}}
	case "es":
		return words{"Hola, %s:", "El enlace sirve una sola vez.", map[Letter][2]string{
			LetterInvite: {"Invitación a Switchboard", "Se le ha invitado a atender a la clientela. Elija aquí su contraseña:"},
			LetterReset:  {"Su nueva contraseña de Switchboard", "Elija aquí una contraseña nueva:"}}}
	case "fr":
		return words{"Bonjour %s,", "Le lien ne sert qu’une fois.", map[Letter][2]string{
			LetterInvite: {"Invitation à Switchboard", "Vous êtes invité à répondre à des clients. Choisissez ici votre mot de passe\u202f:"},
			LetterReset:  {"Votre nouveau mot de passe Switchboard", "Choisissez ici un nouveau mot de passe\u202f:"}}}
	case "ar":
		return words{"مرحبًا \u2068%s\u2069،", "يعمل الرابط مرة واحدة.", map[Letter][2]string{
			LetterInvite: {"دعوة إلى Switchboard", "أنت مدعو للرد على العملاء. اختر كلمة مرورك هنا:"},
			LetterReset:  {"كلمة مرورك الجديدة في Switchboard", "اختر كلمة مرور جديدة هنا:"}}}
	}
	return words{"Hello %s,", "The link works once.", map[Letter][2]string{
		LetterInvite: {"You are invited to Switchboard", "You are invited to answer customers. Choose your password here:"},
		LetterReset:  {"Your new Switchboard password", "Choose a new password here:"}}}
}

// In writes the letter in a language (BCP 47), in English where we don't speak it.
func (l Letter) In(language, name, link string) (subject, text string) {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	w := wordsOf(primary)
	said := w.letters[l]
	return said[0], fmt.Sprintf(w.greeting, name) + "\n\n" + said[1] + "\n" + link + "\n\n" + w.end + "\n"
}
