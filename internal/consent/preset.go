package consent

// BuiltIn are the rules of a channel for which nobody has set any: English, and the French words that Canada
// asks for beside the English ones (CH-4).
func BuiltIn() Rules {
	presets := Presets()
	return Rules{Languages: []Language{presets[0], presets[1]}}
}

// Presets are complete languages to begin with. No keyword is in two of them.
func Presets() []Language {
	return []Language{
		{
			Language: "en",
			Keywords: Keywords{
				OptIn: []string{"START", "YES"}, DoubleOptIn: []string{"CONFIRM", "Y"},
				OptOut: []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"},
				Help:   []string{"HELP"}, Custom: []string{"INFO"},
			},
			Texts: Texts{
				OptInPrompt:        "To receive messages from us, reply START. Reply HELP for help, STOP to opt out at any time. Msg&data rates may apply.",
				OptInConfirmation:  "Thanks for opting in and allowing us to send you messages. Reply HELP for help, STOP to opt out.",
				DoubleOptInPrompt:  "To confirm that you want to receive messages from us, reply CONFIRM. Reply HELP for help, STOP to opt out.",
				OptOutConfirmation: "You've opted out and will receive no more messages from us. To hear from us again, reply START.",
				HelpResponse:       "For help, write to us here. Message frequency varies. Msg&data rates may apply. Reply STOP to opt out.",
				CustomResponse:     "These are messages from our customer service. Message frequency varies. Msg&data rates may apply. Reply HELP for help, STOP to opt out.",
			},
		},
		{
			Language: "fr",
			Keywords: Keywords{
				OptIn: []string{"COMMENCER", "OUI"}, DoubleOptIn: []string{"CONFIRMER", "O"},
				OptOut: []string{"ARRET", "ARRÊT", "DÉSABONNER"},
				Help:   []string{"AIDE"}, Custom: []string{"INFOS"},
			},
			Texts: Texts{
				OptInPrompt:        "Pour recevoir nos messages, répondez OUI. Répondez AIDE pour de l’aide, ARRET pour vous désabonner à tout moment. Des frais de messagerie et de données peuvent s’appliquer.",
				OptInConfirmation:  "Merci d’avoir accepté de recevoir nos messages. Répondez AIDE pour de l’aide, ARRET pour vous désabonner.",
				DoubleOptInPrompt:  "Pour confirmer que vous voulez recevoir nos messages, répondez CONFIRMER. Répondez AIDE pour de l’aide, ARRET pour vous désabonner.",
				OptOutConfirmation: "Vous êtes désabonné et ne recevrez plus de messages de notre part. Pour en recevoir à nouveau, répondez OUI.",
				HelpResponse:       "Pour obtenir de l’aide, écrivez-nous ici. La fréquence des messages varie. Des frais de messagerie et de données peuvent s’appliquer. Répondez ARRET pour vous désabonner.",
				CustomResponse:     "Ce sont les messages de notre service client. La fréquence des messages varie. Des frais de messagerie et de données peuvent s’appliquer. Répondez AIDE pour de l’aide, ARRET pour vous désabonner.",
			},
		},
		{
			Language: "de",
			Keywords: Keywords{
				OptIn: []string{"JA", "ANMELDEN"}, DoubleOptIn: []string{"BESTÄTIGEN"},
				OptOut: []string{"STOPP", "ABMELDEN", "ABBESTELLEN"},
				Help:   []string{"HILFE"}, Custom: []string{"AUSKUNFT"},
			},
			Texts: Texts{
				OptInPrompt:        "Um Nachrichten von uns zu erhalten, antworten Sie mit JA. HILFE hilft weiter, mit STOPP melden Sie sich jederzeit ab. Es können Kosten für Nachrichten und Daten anfallen.",
				OptInConfirmation:  "Danke, dass wir Ihnen schreiben dürfen. HILFE hilft weiter, mit STOPP melden Sie sich ab.",
				DoubleOptInPrompt:  "Um zu bestätigen, dass Sie Nachrichten von uns erhalten möchten, antworten Sie mit BESTÄTIGEN. HILFE hilft weiter, mit STOPP melden Sie sich ab.",
				OptOutConfirmation: "Sie sind abgemeldet und erhalten keine weiteren Nachrichten von uns. Mit JA melden Sie sich wieder an.",
				HelpResponse:       "Schreiben Sie uns hier, wir helfen gern. Die Häufigkeit der Nachrichten variiert. Es können Kosten für Nachrichten und Daten anfallen. Mit STOPP melden Sie sich ab.",
				CustomResponse:     "Dies sind Nachrichten unseres Kundendienstes. Die Häufigkeit der Nachrichten variiert. Es können Kosten für Nachrichten und Daten anfallen. HILFE hilft weiter, mit STOPP melden Sie sich ab.",
			},
		},
		{
			Language: "es",
			Keywords: Keywords{
				OptIn: []string{"SÍ", "SI", "ALTA"}, DoubleOptIn: []string{"CONFIRMAR"},
				OptOut: []string{"BAJA", "PARAR", "DETENER"},
				Help:   []string{"AYUDA"}, Custom: []string{"INFORMACIÓN", "DATOS"},
			},
			Texts: Texts{
				OptInPrompt:        "Para recibir nuestros mensajes, responda ALTA. Responda AYUDA para obtener ayuda o BAJA para darse de baja cuando quiera. Pueden aplicarse tarifas de mensajes y datos.",
				OptInConfirmation:  "Gracias por aceptar nuestros mensajes. Responda AYUDA para obtener ayuda o BAJA para darse de baja.",
				DoubleOptInPrompt:  "Para confirmar que quiere recibir nuestros mensajes, responda CONFIRMAR. Responda AYUDA para obtener ayuda o BAJA para darse de baja.",
				OptOutConfirmation: "Se ha dado de baja y no recibirá más mensajes nuestros. Para recibirlos de nuevo, responda ALTA.",
				HelpResponse:       "Si necesita ayuda, escríbanos aquí. La frecuencia de los mensajes varía. Pueden aplicarse tarifas de mensajes y datos. Responda BAJA para darse de baja.",
				CustomResponse:     "Estos son mensajes de nuestro servicio de atención al cliente. La frecuencia de los mensajes varía. Pueden aplicarse tarifas de mensajes y datos. Responda AYUDA para obtener ayuda o BAJA para darse de baja.",
			},
		},
		{
			Language: "ar",
			Keywords: Keywords{
				OptIn: []string{"نعم", "اشتراك"}, DoubleOptIn: []string{"تأكيد"},
				OptOut: []string{"إيقاف", "ايقاف", "إلغاء", "الغاء"},
				Help:   []string{"مساعدة"}, Custom: []string{"معلومات"},
			},
			Texts: Texts{
				OptInPrompt:        "لتلقي رسائلنا، أجب بكلمة نعم. أجب بكلمة مساعدة للحصول على المساعدة، وبكلمة إيقاف لإلغاء الاشتراك في أي وقت. قد تُطبَّق رسوم الرسائل والبيانات.",
				OptInConfirmation:  "شكرًا لموافقتك على تلقي رسائلنا. أجب بكلمة مساعدة للحصول على المساعدة، وبكلمة إيقاف لإلغاء الاشتراك.",
				DoubleOptInPrompt:  "لتأكيد رغبتك في تلقي رسائلنا، أجب بكلمة تأكيد. أجب بكلمة مساعدة للحصول على المساعدة، وبكلمة إيقاف لإلغاء الاشتراك.",
				OptOutConfirmation: "لقد أُلغي اشتراكك ولن تتلقى أي رسائل أخرى منا. لتلقيها من جديد، أجب بكلمة نعم.",
				HelpResponse:       "للحصول على المساعدة، اكتب إلينا هنا. يختلف معدل تكرار الرسائل. قد تُطبَّق رسوم الرسائل والبيانات. أجب بكلمة إيقاف لإلغاء الاشتراك.",
				CustomResponse:     "هذه رسائل من خدمة العملاء لدينا. يختلف معدل تكرار الرسائل. قد تُطبَّق رسوم الرسائل والبيانات. أجب بكلمة مساعدة للحصول على المساعدة، وبكلمة إيقاف لإلغاء الاشتراك.",
			},
		},
		{
			Language: "ja",
			Keywords: Keywords{
				OptIn: []string{"はい", "登録"}, DoubleOptIn: []string{"確認"},
				OptOut: []string{"停止", "解除", "ストップ"},
				Help:   []string{"ヘルプ"}, Custom: []string{"情報"},
			},
			Texts: Texts{
				OptInPrompt:        "メッセージの受信をご希望の場合は「登録」とご返信ください。ヘルプは「ヘルプ」、配信停止はいつでも「停止」とご返信ください。メッセージおよびデータ通信料がかかる場合があります。",
				OptInConfirmation:  "メッセージの受信にご同意いただきありがとうございます。ヘルプは「ヘルプ」、配信停止は「停止」とご返信ください。",
				DoubleOptInPrompt:  "メッセージの受信を確定するには「確認」とご返信ください。ヘルプは「ヘルプ」、配信停止は「停止」とご返信ください。",
				OptOutConfirmation: "配信を停止しました。今後メッセージはお送りしません。再開するには「登録」とご返信ください。",
				HelpResponse:       "お困りの際はこちらへメッセージをお送りください。配信頻度は変動します。メッセージおよびデータ通信料がかかる場合があります。配信停止は「停止」とご返信ください。",
				CustomResponse:     "こちらは当社カスタマーサービスからのメッセージです。配信頻度は変動します。メッセージおよびデータ通信料がかかる場合があります。ヘルプは「ヘルプ」、配信停止は「停止」とご返信ください。",
			},
		},
	}
}
