import { effect } from '@preact/signals';
import { type Language, language, languages, speak } from '../text/i18n';
import { load, save } from '../ui/storage';

const key = 'pc.language';

/** The first language of the page: the person's choice, else the first of the browser's that the page has. */
export function preferredLanguage(asked: readonly string[]): Language {
	const wanted = [load(key) ?? '', ...asked].map((tag) => tag.split('-')[0] ?? '');
	return wanted.find(isLanguage) ?? 'en';
}

/** Changes the language and keeps the choice for the next visit. */
export async function chooseLanguage(wanted: Language): Promise<void> {
	await speak(wanted);
	save(key, wanted);
}

/** Keeps the document's language and direction equal to those of its texts. */
export function watchLanguage(): void {
	effect(() => {
		document.documentElement.lang = language.value;
		document.documentElement.dir = languages[language.value].dir;
	});
}

export function isLanguage(tag: string): tag is Language {
	return Object.hasOwn(languages, tag);
}
