// The kit's words in Arabic. Imports nothing but types: it is fetched while the app waits.
import type { Words } from './words.ts';

/** A name keeps its own direction amid Arabic, whatever stands beside it. */
const own = (text: string) => `\u2068${text}\u2069`;
const choices = { zero: 'لا خيارات', one: 'خيار واحد', two: 'خياران', few: 'خيارات', many: 'خيارًا', other: 'خيار' };
const plural = new Intl.PluralRules('ar');

export const words: Partial<Words> = {
	close: 'إغلاق',
	cancel: 'إلغاء',
	retry: 'حاول مرة أخرى',
	loading: 'جارٍ التحميل',
	required: 'مطلوب',
	optional: 'اختياري',
	dismiss: 'تجاهل',
	remove: (what) => `إزالة ${own(what)}`,
	clear: (what) => `مسح ${own(what)}`,
	copy: 'نسخ',
	copyWhat: (what) => `نسخ ${own(what)}`,
	copied: 'تم النسخ',
	left: (span) => `بقي ${own(span)}`,
	over: (span) => `تأخير ${own(span)}`,
	noChoice: 'لم يُعثر على شيء',
	choices: (n) => (n < 3 ? choices[plural.select(n)] : `${n} ${choices[plural.select(n)]}`),
	more: 'عرض المزيد',
	shown: (n, all) => `${n} من ${all}`,
	forbidden: 'لا يمكنك الاطلاع على هذا',
	forbiddenText: 'دورك لا يسمح بذلك. راجع أحد المسؤولين.',
	breadcrumb: 'موضعك',
	steps: 'الخطوات',
	step: (n, all) => `الخطوة ${n} من ${all}`,
	stepDone: 'تمت',
	fewer: 'أقل',
	greater: 'أكثر',
	drop: 'أفلت ملفًا هنا، أو',
	dropMany: 'أفلت الملفات هنا، أو',
	browse: 'اختر',
	tooLarge: (name, most) => `حجم ${own(name)} أكبر من ${own(most)}.`,
	wrongType: (name) => `نوع الملف ${own(name)} غير مقبول هنا.`,
	onlyOne: 'يُقبل هنا ملف واحد فقط.',
	selectAll: 'تحديد الكل',
	select: (what) => `تحديد ${own(what)}`,
	selected: (n) => `المحدد: ${n}`,
	selectNone: 'إلغاء التحديد',
	nothing: 'لا شيء هنا بعد',
	moved: 'حجم الأجزاء'
};
