// The set-up's words about the organisation, errors and quarantine in Arabic.
import type { Translation } from '$ui/translate.ts';
import type { house as english } from '../en/house.ts';

export const house: Translation<typeof english> = {
	'organisation.title': 'المؤسسة',
	'organisation.zone': 'المنطقة الزمنية',
	'organisation.formats': 'شكل التواريخ والأرقام',
	'organisation.now': 'الآن، في هذه المنطقة الزمنية',
	'organisation.number': 'رقم',
	'organisation.badLanguage': 'هذه ليست لغة يمكن عرضها.',
	'organisation.key': 'مفتاح المؤسسة',
	'organisation.keyHint': 'يعرّف المؤسسة في API العملاء.',

	'errors.title': 'أخطاء التسليم',
	'errors.text': 'ما تعذّر تسليمه في آخر 30 يومًا، وسببه، وكيفية إصلاحه.',
	'errors.none': 'سُلّم كل شيء',
	'errors.noneText': 'تظهر هنا إخفاقات آخر 30 يومًا.',
	'errors.at': 'الوقت',
	'errors.what': 'ما حدث',
	'errors.advice': 'ما يجب فعله',
	'errors.open': 'فتح المحادثة',

	'quarantine.title': 'الحجر',
	'quarantine.text': 'استدعاءات من المزوّدين تعذّر فهمها في آخر 7 أيام. لم تنشأ عنها رسائل، ويُحفظ هنا ما كان كلٌّ منها دون محتواه.',
	'quarantine.none': 'فُهم كل شيء',
	'quarantine.noneText': 'الاستدعاء الذي لا يُقرأ يُرفض، ويظهر أثره هنا مدة 7 أيام.',
	'quarantine.one': 'استدعاء في الحجر',
	'quarantine.at': 'الوقت',
	'quarantine.why': 'السبب',
	'quarantine.size': 'الحجم',
	'quarantine.hash': 'SHA-256',
	'quarantine.hashHint': 'للمتن. يمكن بها العثور على نسخة في سجل المزوّد أو في وكيل شبكي.',
	'quarantine.headers': 'الترويسات',
	'quarantine.noHeaders': 'لم يُحفظ أيّ منها.',
	'quarantine.noChannel': 'قناة لم تعد موجودة',
	'quarantine.details': 'التفاصيل',
	'quarantine.open': 'تفاصيل استدعاء \u2068{at}\u2069',
	'quarantine.advice': 'أُبلغ المزوّد بأن الاستدعاء خاطئ، وقد يرسله مجددًا. إذا استمر وصوله فقارن إعدادات Webhook لدى المزوّد بإعدادات القناة.'
};
