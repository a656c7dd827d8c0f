import { expect, test } from './fixtures';
import { unique } from './visitor';

const names = [
	'Ann Maria of the Hills',
	'🦊 fox & 👩‍👩‍👧 family',
	'either/or',
	'<b>bold</b>',
	'غرفة الأصدقاء',
	'100% ?#&=+;',
	'..',
	'api',
	'a\\b "c" \'d\'',
];

for (const name of names) {
	test(`M12 the name ${name} is shown as it is and survives the address`, async ({ arrive }) => {
		// People's names are shorter, and each belongs to one person.
		const tail = unique('');
		const user = `${[...name].slice(0, 24 - tail.length).join('')}${tail}`;
		const ann = await arrive(user);
		await ann.page.goto('/');
		await ann.page.getByLabel('Room Name').fill(name);
		await ann.page.getByLabel('Username').fill(user);
		await ann.page.getByRole('button', { name: 'Start Chat Now!' }).click();
		await expect(ann.heading).toHaveText(`${name} - ${user}`);
		await expect(ann.page).toHaveTitle(`${name} - ${user} · ProjectChat`);
		await ann.isLive();
		await ann.page.reload();
		await expect(ann.heading).toHaveText(`${name} - ${user}`);
		const said = unique('said');
		await ann.say(said);
		await expect(ann.message(said)).toHaveAttribute('data-state', 'confirmed');
		await expect(ann.message(said).locator('strong')).toHaveText(user);
		// The same name in another person's spelling.
		await ann.page.goto(`/?${new URLSearchParams({ room: name, username: user })}`);
		await expect(ann.heading).toHaveText(`${name} - ${user}`);
	});
}
