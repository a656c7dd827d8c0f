import { signal } from '@preact/signals';
import { load, save } from '../ui/storage';

const key = 'pc.notify';

/** Whether this browser can tell of messages outside of the page. */
export const canNotify = 'Notification' in globalThis;

/** Whether it does: asked for by the person here, and allowed by them in the browser. */
export const notifying = signal(
	canNotify && load(key) !== null && Notification.permission === 'granted',
);

/** Turns it on, asking the person if they were not asked yet, or off. False: the browser forbids it. */
export async function toggleNotifying(): Promise<boolean> {
	if (notifying.value) {
		notifying.value = false;
		save(key, null);
		return true;
	}
	const allowed = (await Notification.requestPermission()) === 'granted';
	notifying.value = allowed;
	save(key, allowed ? 'on' : null);
	return allowed;
}

/** Tells of something in a room; a click brings the page into view. */
export function notify(room: string, title: string, body: string): void {
	try {
		const shown = new Notification(title, { body, tag: room });
		shown.onclick = () => {
			focus();
			shown.close();
		};
	} catch {
		// Browsers on phones only do it through a service worker: a press on it is heard there.
		const data = location.pathname + location.search;
		void navigator.serviceWorker?.ready.then((worker) =>
			worker.showNotification(title, { body, tag: room, data }),
		);
	}
}
