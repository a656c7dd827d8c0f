import { signal } from '@preact/signals';
import { load, save } from '../ui/storage';

const key = 'pc.notify';

/** Whether this browser can show notifications. */
export const canNotify = 'Notification' in globalThis;

/** Whether notifications are on: the person wants them here, and the browser allows them. */
export const notifying = signal(
	canNotify && load(key) !== null && Notification.permission === 'granted',
);

/** Turns notifications on or off. Turning on may ask for permission. Returns false if the browser forbids them. */
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

/** Shows a notification of a room. A click on it brings the page into view. */
export function notify(room: string, title: string, body: string): void {
	try {
		const shown = new Notification(title, { body, tag: room });
		shown.onclick = () => {
			focus();
			shown.close();
		};
	} catch {
		// Browsers on phones notify only through a service worker, and the worker gets the press on it.
		const data = location.pathname + location.search;
		void navigator.serviceWorker?.ready.then((worker) =>
			worker.showNotification(title, { body, tag: room, data }),
		);
	}
}
