package customer

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"switchboard/internal/customer"
	"switchboard/internal/resource"
)

// config is the published deployment, for a widget or an app to start from.
func (a *API) config(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	d, err := a.published(r, query.Get("orgId"), query.Get("esConfigName"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, configuration(d, query.Get("language")))
}

// businessHours answers that there are none: nothing limits when this deployment is open.
func (a *API) businessHours(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if _, err := a.published(r, query.Get("orgId"), query.Get("esConfigName")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func configuration(d *customer.Deployment, lang string) object {
	s := &d.Settings
	language, labels := labelsOf(s, lang)
	forms, choices := formsOf(s, language)
	named := make([]object, 0, len(labels))
	for _, name := range sortedKeys(labels) {
		named = append(named, object{"sectionName": "Messaging", "labelName": name, "labelValue": labels[name]})
	}
	b := s.Branding
	return object{"embeddedServiceConfig": object{
		"name": d.APIName, "deploymentType": map[string]string{"web": "Web", "mobile": "Mobile"}[d.Kind],
		"embeddedServiceMessagingChannel": object{"channelAddressIdentifier": addressOf(d), "authMode": authMode(d)},
		"branding": []object{
			{"n": "title", "v": b.Title}, {"n": "accent", "v": b.Accent}, {"n": "background", "v": b.Background}, {"n": "text", "v": b.Text},
			{"n": "font", "v": b.Font}, {"n": "avatar_url", "v": b.AvatarURL}, {"n": "position", "v": b.Position},
		},
		"branding2": b, "customLabels": named, "labels": labels, "language": language,
		"forms": forms, "choiceListConfig": object{"choiceList": choices},
		"settings": object{
			"enterSends": s.EnterSends, "emoji": s.Emoji, "attachments": s.Attachments, "typing": s.Typing, "receipts": s.Receipts,
			"transcript": s.Transcript, "fileTypes": customer.FileTypes, "maxFileBytes": customer.FileMax,
			"prechatStyle": cmp.Or(s.PrechatStyle, "form"), "invitation": invitationOf(s),
		},
	}}
}

// authMode says whether customers must sign in.
func authMode(d *customer.Deployment) string {
	if d.Keyset.IsZero() {
		return "UnAuth"
	}
	return "Auth"
}

// invitationOf is when the widget begins by itself; nil is never.
func invitationOf(s *resource.DeploymentSettings) object {
	if !s.Invitation.Active {
		return nil
	}
	return object{"afterSeconds": s.Invitation.AfterSeconds}
}

// labelsOf are the deployment's texts in a language. What it doesn't say in a language that the widget
// speaks is the widget's own; in another one the deployment's other languages stand in.
func labelsOf(s *resource.DeploymentSettings, lang string) (language string, labels map[string]string) {
	labels = map[string]string{}
	order := customer.Preferred(lang, s.Languages)
	language = "en"
	if i := slices.IndexFunc(order, func(l string) bool { return l != "" && (len(s.Languages) == 0 || slices.Contains(s.Languages, l)) }); i >= 0 {
		language = order[i]
		if customer.Speaks(language) {
			order = order[:i+1]
		}
	}
	for _, l := range slices.Backward(order) {
		for name, text := range s.Labels[l] {
			if text != "" {
				labels[name] = text
			}
		}
	}
	return language, labels
}

// formsOf are the pre-chat and the lists that its choices come from.
func formsOf(s *resource.DeploymentSettings, language string) (forms, choices []object) {
	forms, choices = []object{}, []object{}
	if !s.PrechatActive || len(s.Prechat) == 0 {
		return forms, choices
	}
	fields := make([]object, len(s.Prechat))
	for i, f := range s.Prechat {
		limit := f.MaxLength
		if limit == 0 {
			limit = customer.FieldMax
		}
		fields[i] = object{"name": f.Name, "type": f.Type, "order": i + 1, "isHidden": f.Hidden, "required": f.Required && !f.Hidden,
			"maxLength": limit, "label": customer.Label(f, language, s.Languages)}
		if f.Type != "ChoiceList" {
			continue
		}
		fields[i]["choiceListId"] = f.Name
		values := make([]object, len(f.Choices))
		for n, o := range f.Choices {
			values[n] = object{"choiceListValueId": o.ID, "choiceListValueName": o.ID, "label": o.Title, "order": n + 1}
		}
		choices = append(choices, object{"choiceListId": f.Name, "choiceListValues": values})
	}
	when := "Conversation"
	if s.PrechatEachOne {
		when = "Session"
	}
	return []object{{"formType": "PreChat", "displayContext": when, "formFields": fields}}, choices
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// firstLanguage of an Accept-Language header.
func firstLanguage(header string) string {
	first, _, _ := strings.Cut(header, ",")
	first, _, _ = strings.Cut(first, ";")
	return strings.TrimSpace(first)
}
