import { effect } from '@preact/signals';
import { type Language, language, languages, speak } from '../text/i18n';
import { load, save } from '../ui/storage';

const key = 'pc.language';

/** The language to begin with: the one chosen by hand, else the browser's first that there is. */
export function preferredLanguage(asked: readonly string[]): Language {
	const wanted = [load(key) ?? '', ...asked].map((tag) => tag.split('-')[0] ?? '');
	return wanted.find(isLanguage) ?? 'en';
}

/** Changes to a language and keeps that for the next visit. */
export async function chooseLanguage(wanted: Language): Promise<void> {
	await speak(wanted);
	save(key, wanted);
}

/** Keeps the document's language and direction those of its texts. */
export function watchLanguage(): void {
	effect(() => {
		document.documentElement.lang = language.value;
		document.documentElement.dir = languages[language.value].dir;
	});
}

export function isLanguage(tag: string): tag is Language {
	return Object.hasOwn(languages, tag);
}
