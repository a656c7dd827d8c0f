import { en } from './en';
import { later } from './en-later';
import type { Catalogue } from './i18n';
export const ar: Catalogue = { ...en, ...later };
