import type { push as english } from '../en/push.ts';

export const push: typeof english = {
	offer: 'عمل معروض عليك: ⁨{who}⁩',
	message: 'رسالة جديدة من ⁨{who}⁩',
	mention: 'ذكرك ⁨{who}⁩',
	test: 'الإشعارات تصل إلى هذا الجهاز',
	testText: 'هكذا يناديك ⁨Switchboard⁩ حين لا ينظر أحد إلى لوحة التحكم.',
	unknown: 'عميل',
	offline: 'يتعذر الوصول إلى ⁨Switchboard⁩',
	offlineText: 'الشبكة أو الخادم غير متاح. لم يضع شيء مما كتبته: فهو محفوظ في هذا المتصفح.',
	again: 'إعادة المحاولة',
	inbox: 'صندوق الوارد',
	start: 'بدء محادثة',
	description: 'مراسلة العملاء'
};
