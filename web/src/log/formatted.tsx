import type { ComponentChildren } from 'preact';
import { lazy } from '../ui/lazy';
import type { Marking } from './found';
import type { Node } from './markup';

const CopyCode = lazy(async () => (await import('./copy-code')).CopyCode);

const asItIs: Marking = (part) => part;

/** Draws a message's text from its tree. */
export function formatted(nodes: readonly Node[], take = asItIs): ComponentChildren[] {
	return nodes.map((node) =>
		draw(node, 'children' in node ? formatted(node.children, take) : take(node.text)),
	);
}

function draw(node: Node, inside: ComponentChildren): ComponentChildren {
	switch (node.kind) {
		case 'text':
			return inside;
		case 'bold':
			return <b>{inside}</b>;
		case 'italic':
			return <em>{inside}</em>;
		case 'strike':
			return <s>{inside}</s>;
		case 'quote':
			return <blockquote dir="auto">{inside}</blockquote>;
		case 'code':
			return <code dir="ltr">{inside}</code>;
		case 'mention':
			return <span class="mention">{inside}</span>;
		case 'fence':
			return (
				<span class="fence">
					{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
					<code dir="ltr" tabIndex={0}>
						{inside}
					</code>
					<CopyCode text={node.text} />
				</span>
			);
		case 'link':
			return (
				<a href={node.href} target="_blank" rel="noopener noreferrer nofollow" dir="auto">
					{inside}
				</a>
			);
	}
}
