import type { Entry, Person } from '../src/client/client';
import { said } from './room';

export const people = {
	ann: { uid: 'u_anna2ce', name: 'Ann' },
	bo: { uid: 'u_3k7qk3v9', name: 'Bo' },
	chidi: { uid: 'u_9x2vm81x', name: 'Chidi' },
	dana: { uid: 'u_5t8w7fq2', name: 'Dana' },
	priya: { uid: 'u_2b6nd0rn', name: 'Priya' },
	sam: { uid: 'u_8f4hw6hb', name: 'Sam' },
	yusuf: { uid: 'u_1j5kp4tz', name: 'يوسف' },
} satisfies Record<string, Person>;

const { ann, bo, chidi, dana, yusuf } = people;

/** A talk over some days, with the hard cases of a log. */
export function talk(now: Date): Entry[] {
	const at = (daysAgo: number, time: string) => {
		const [hours = 0, minutes = 0] = time.split(':').map(Number);
		const day = new Date(
			now.getFullYear(),
			now.getMonth(),
			now.getDate() - daysAgo,
			hours,
			minutes,
		);
		return day.toISOString();
	};
	const turns: [Person, number, string, string][] = [
		[chidi, 4, '17:48', 'Leaving the demo laptop at the front desk. Charger is in the drawer.'],
		[dana, 4, '17:52', 'Thanks! I will take it on the train.'],
		[bo, 1, '09:58', 'Morning all. Is the hall booked for Thursday, or do we still owe a deposit?'],
		[bo, 1, '09:58', 'I can drop by at lunch.'],
		[ann, 1, '10:01', 'Booked and paid. They hold it until 18:00, so nobody has to run.'],
		[
			chidi,
			0,
			'10:04',
			'Sign-in sheet: https://sheets.example.org/a/very/long/path/that/goes/on-and-on/thursday/sign-in?view=all&people=everybody',
		],
		[
			chidi,
			0,
			'10:05',
			'This drops the doubles before you print it:\n\n  sort -u guests.csv \\\n    | grep -v "^#" > print.csv',
		],
		[dana, 0, '10:11', 'Worked first time. 43 names, six of them only a +1.'],
		[yusuf, 0, '10:24', 'سأصل قبل الثامنة ومعي كابل HDMI احتياطي. هل نحتاج مكبّر صوت؟'],
		[bo, 0, '10:26', '@Ann will you bring the labels, or shall I?'],
		[bo, 0, '10:26', '🎈🎈'],
		[dana, 0, '10:28', '<img src=x onerror=alert(1)> & </script>'],
		[ann, 0, '10:31', 'Labels are packed.'],
	];
	return turns.map(([by, daysAgo, time, text], i) => said(by, i + 1, at(daysAgo, time), text));
}
