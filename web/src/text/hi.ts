import { en } from './en';
import { later } from './en-later';
import type { Catalogue } from './i18n';
export const hi: Catalogue = { ...en, ...later };
