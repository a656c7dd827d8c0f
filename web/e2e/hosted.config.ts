import tests from '../playwright.config';

/** Tests a published site, at the address in SITE. */
const { globalSetup: _, ...rest } = tests;

export default {
	...rest,
	testDir: '.',
	testMatch: 'hosted.ts',
	outputDir: '../test-results/hosted',
	projects: [{ name: 'hosted', use: { baseURL: process.env.SITE } }],
};
