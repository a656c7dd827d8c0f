import { join } from 'node:path';
import { expect, test } from './fixtures';

const picture = join(import.meta.dirname, '../../docs/room.png');

const talk: [string, string][] = [
	['Bo', 'Is the hall booked, or do we still owe a deposit?'],
	['Ann', 'Booked and paid. They hold it until 18:00, so nobody has to run.'],
	['Chidi', 'This drops the doubles from the list: sort -u guests.csv > print.csv'],
	['Dana', 'Worked first time. 43 names, six of them only a +1.'],
	['يوسف', 'سأصل قبل الثامنة ومعي كابل HDMI احتياطي. هل نحتاج مكبّر صوت؟'],
	['Bo', 'Ann, will you bring the labels, or shall I?'],
	['Ann', 'Labels are packed. And yes, please, a loudspeaker!'],
	['Dana', 'See you at eight.'],
];

test('a lively room', async ({ arrive }) => {
	const room = 'Thursday';
	const people = new Map(
		await Promise.all(
			['Ann', 'Bo', 'Chidi', 'Dana', 'يوسف', 'Priya'].map(
				async (name) => [name, await (await arrive(name)).enter(room)] as const,
			),
		),
	);
	const ann = people.get('Ann');
	if (!ann) throw new Error('the picture has no Ann');
	const said: string[] = [];
	for (const [name, text] of talk) {
		await people.get(name)?.say(text);
		said.push(text);
		await ann.shows(...said);
	}
	await ann.people(6).click();
	await expect(ann.page.getByRole('region', { name: 'Online, 6 people' })).toBeVisible();
	await ann.composer.fill('See you all there');
	await ann.page.evaluate(() => document.fonts.ready);
	await ann.page.screenshot({ path: picture, animations: 'disabled', caret: 'hide' });
});
