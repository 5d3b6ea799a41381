// The set-up's words about the country table in Arabic.
import type { Translation } from '$ui/translate.ts';
import type { countries as english } from '../en/countries.ts';

export const countries: Translation<typeof english> = {
	'countries.title': 'البلدان',
	'countries.text': 'ما يجوز استخدام أرقام الرسائل القصيرة له، ومتى يجوز للشركة أن تكتب أولًا، بلدًا بلدًا.',
	'countries.numbers': 'أنواع الأرقام',
	'countries.hours': 'ساعات الإرسال',
	'countries.values': 'القيم',
	'countries.builtIn': 'مدمجة',
	'countries.changed': 'غُيّرت هنا',
	'countries.elsewhere': 'سائر البلدان',
	'countries.other': 'بلد آخر…',
	'countries.never': 'أبدًا',
	'countries.noKind': 'لا شيء',
	'countries.elsewhereText': 'يسري هذا على كل البلدان التي ليس لها سطر خاص بها.',
	'countries.notListed': 'ليس لهذا البلد سطر خاص به: يسري هنا ما يسري على سائر البلدان. أي تغيير يعطيه سطرًا.',
	'countries.numbersText': 'النوع المُعطَّل غير موجود هناك: لا يُرسل شيء من رقم كهذا. تسري القواعد عند كتابة الرسالة ومرة أخرى عند خروجها.',
	'countries.noSuch': 'غير موجود في هذا البلد.',
	'countries.use.answer': 'الرد على العملاء',
	'countries.use.begin': 'الكتابة أولًا',
	'countries.use.automated': 'الرسائل التلقائية',
	'countries.use.campaign': 'الحملات',
	'countries.limited': 'محدود شهريًا',
	'countries.limitedHint': 'يقصر الرقم على \u206815,000\u2069 رسالة شهريًا، وعلى \u20683\u2069 لكل رسالة واردة.',
	'countries.abroad': 'يجوز له الكتابة إلى بلدان أخرى',
	'countries.minDigits': 'أقل عدد من الخانات',
	'countries.maxDigits': 'أكثر عدد من الخانات',
	'countries.hoursText': 'متى يجوز للشركة أن تكتب أولًا، بتوقيت العميل. تُرسل الردود في أي وقت، ومن يبدأ محادثة خارج هذه الساعات يُنبَّه.',
	'countries.from': '\u2068{day}\u2069، من',
	'countries.until': '\u2068{day}\u2069، حتى',
	'countries.closed': 'مغلق',
	'countries.closedOn': 'مغلق أيضًا في',
	'countries.closedOnHint': 'العطل الرسمية وما شابهها، مفصولة بفواصل: \u206812-25\u2069 لكل عام، و\u20682027-03-29\u2069 لعام واحد. العطل المتنقلة تضيفها أنت.',
	'countries.advice': 'الساعات المدمجة بداية حذرة وليست مشورة قانونية: راجع ما يطلبه قانون البلد.',
	'countries.reset': 'العودة إلى القيم المدمجة'
};
