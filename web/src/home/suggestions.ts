import { userProblem } from '../people/names';

/** Up to three valid names that are like a taken one. `letter` serves as an initial. */
export function suggestions(taken: string, onTour: string, letter: string): string[] {
	const [, base = taken, number] = /^(.*?)(\d*)$/u.exec(taken.trim()) ?? [];
	const next = `${base}${Number(number || 1) + 1}`;
	const all = [next, `${base.trim()} ${letter}`, onTour];
	return all.filter((name) => userProblem(name) === null && name !== taken);
}
