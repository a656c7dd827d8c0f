import type { ComponentChildren } from 'preact';
import type { Key } from './catalogue';
import { pieces } from './i18n';

/** A text of the catalogue whose parameters are names. Each name is isolated in a `<bdi>`. */
export function Rich({ of, with: params }: { of: Key; with: Record<string, ComponentChildren> }) {
	return (
		<>
			{pieces(of).map((piece) =>
				typeof piece === 'string' ? piece : <bdi key={piece.param}>{params[piece.param]}</bdi>,
			)}
		</>
	);
}
