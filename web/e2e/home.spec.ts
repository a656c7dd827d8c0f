import { expect, test } from './fixtures';
import { address, unique } from './visitor';

const conflict = /the server responded with a status of 409/;

test('M8 the card has its two fields and the button', async ({ arrive }) => {
	const { page } = await arrive();
	await page.goto('/');
	for (const label of ['Room Name', 'Username']) {
		await page.getByText(label, { exact: true }).click();
		await expect(page.getByLabel(label, { exact: true })).toBeFocused();
	}
	await expect(page.getByRole('button', { name: 'Start Chat Now!', exact: true })).toBeVisible();
});

test('M9 Start goes to the room: a new one is made, a known one joined', { tag: '@smoke' }, async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	await ann.page.goto('/');
	await ann.page.getByLabel('Room Name').fill(room);
	await ann.page.getByLabel('Username').fill(ann.name);
	await ann.page.getByRole('button', { name: 'Start Chat Now!' }).click();
	await expect(ann.heading).toHaveText(`${room} - ${ann.name}`);
	await expect(ann.page).toHaveURL(address(room, ann.name));
	await ann.say('first');
	await ann.shows('first');

	for (const field of ['Room Name', 'Username']) {
		const bob = await arrive(unique('Bob'));
		await bob.page.goto('/');
		await bob.page.getByLabel('Room Name').fill(room.toUpperCase());
		await bob.page.getByLabel('Username').fill(bob.name);
		await bob.page.getByLabel(field).press('Enter');
		// The room keeps the spelling of its first person.
		await expect(bob.heading).toHaveText(`${room} - ${bob.name}`);
		await bob.shows('first');
	}
});

const bad: [string, string, string, string, string][] = [
	['an empty room', '', 'Ann', 'Room Name', 'Give the room a name.'],
	['a blank room', '   ', 'Ann', 'Room Name', 'Give the room a name.'],
	['a room that is too long', 'r'.repeat(65), 'Ann', 'Room Name', 'Use at most 64 characters.'],
	['an empty name', 'General', '', 'Username', 'Pick a username.'],
	['a blank name', 'General', '   ', 'Username', 'Pick a username.'],
	['a name that is too short', 'General', 'A', 'Username', 'Use 2 to 24 characters.'],
	['a name that is too long', 'General', 'a'.repeat(25), 'Username', 'Use 2 to 24 characters.'],
	['neither', '', '', 'Room Name', 'Give the room a name.'],
];

test('M10 what cannot be a room or a name is refused beside its field, and nothing is sent', async ({
	arrive,
}) => {
	const { page } = await arrive();
	const asked: string[] = [];
	page.on('request', (request) => {
		if (request.method() !== 'GET') asked.push(request.url());
	});
	for (const [what, room, user, label, words] of bad) {
		await test.step(what, async () => {
			await page.goto('/');
			await page.getByLabel('Room Name').fill(room);
			await page.getByLabel('Username').fill(user);
			await page.getByRole('button', { name: 'Start Chat Now!' }).click();
			const field = page.getByLabel(label);
			await expect(field).toBeFocused();
			await expect(field).toHaveAttribute('aria-invalid', 'true');
			await expect(field).toHaveAccessibleDescription(words);
			await expect(page.getByText(words)).toBeVisible();
		});
	}
	expect(asked).toEqual([]);
});

test('M11 the name is there from the last visit, the room from the address', async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	await ann.enter(room);
	await ann.page.goto('/');
	await expect(ann.page.getByLabel('Username')).toHaveValue(ann.name);
	await expect(ann.page.getByLabel('Room Name')).toHaveValue('');
	const other = unique('Other');
	await ann.page.goto(`/?room=${encodeURIComponent(other)}`);
	await expect(ann.page.getByLabel('Room Name')).toHaveValue(other);
	await expect(ann.page.getByLabel('Username')).toHaveValue(ann.name);
});

test('M18 both forms of the address open the room', async ({ arrive, room }) => {
	const ann = await arrive();
	await ann.enter(room);
	await expect(ann.heading).toHaveText(`${room} - ${ann.name}`);
	const bob = await arrive(unique('Bob'));
	const query = new URLSearchParams({ room, username: bob.name });
	await bob.page.goto(`/?${query}`);
	await expect(bob.heading).toHaveText(`${room} - ${bob.name}`);
	await expect(ann.people(2)).toBeVisible();
});

test('M18 without a name the address asks for one and keeps the room', async ({ arrive, room }) => {
	const ann = await arrive();
	for (const place of [`/${encodeURIComponent(room)}/`, `/?room=${encodeURIComponent(room)}`]) {
		await ann.page.goto(place);
		await expect(ann.page.getByLabel('Room Name')).toHaveValue(room);
		await expect(ann.page.getByText(`Pick a name to join “${room}”.`)).toBeVisible();
		await expect(ann.page.getByLabel('Username')).toBeFocused();
	}
	await ann.page.keyboard.type(ann.name);
	await ann.page.keyboard.press('Enter');
	await expect(ann.heading).toHaveText(`${room} - ${ann.name}`);
});

test('a name that somebody has is refused, with others to take', { tag: '@smoke' }, async ({
	arrive,
	guard,
	room,
}) => {
	guard.allow(conflict);
	const ann = await arrive();
	await ann.enter(room);
	const eve = await arrive('Eve');
	// In capitals, and with Cyrillic letters that look the same.
	for (const name of [ann.name, ann.name.toUpperCase(), ann.name.replace('A', '\u0410')]) {
		await test.step(name, async () => {
			await eve.page.goto(address(room, name));
			const field = eve.page.getByLabel('Username');
			await expect(field).toHaveValue(name);
			await expect(field).toHaveAttribute('aria-invalid', 'true');
			await expect(field).toHaveAccessibleDescription(new RegExp(`“${name}” is taken`));
		});
	}
	await eve.page
		.getByRole('button', { name: / on tour$|2$/ })
		.first()
		.click();
	const other = await eve.page.getByLabel('Username').inputValue();
	await eve.page.getByRole('button', { name: 'Start Chat Now!' }).click();
	await expect(eve.heading).toHaveText(`${room} - ${other}`);
	await expect(ann.people(2)).toBeVisible();
});

test('an address for another name asks who is chatting', async ({ arrive, room }) => {
	const ann = await arrive();
	await ann.enter(room);
	const bob = unique('Bob');
	await ann.page.goto(address(room, bob));
	await ann.page.getByRole('button', { name: `Go on as ${ann.name}` }).click();
	await expect(ann.heading).toHaveText(`${room} - ${ann.name}`);
	await ann.page.goto(address(room, bob));
	await ann.page.getByRole('button', { name: `Become ${bob}` }).click();
	await expect(ann.heading).toHaveText(`${room} - ${bob}`);
	await ann.say('as another');
	await expect(ann.message('as another').locator('strong')).toHaveText(bob);
	// The old name is free again.
	const other = await arrive(ann.name);
	await other.enter(room);
	await expect(ann.people(2)).toBeVisible();
});
