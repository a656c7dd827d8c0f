package client

import (
	"slices"

	"projectchat/internal/wire"
)

// bare tells of a row about a message that it does not say which: a server from
// before there were changes passes such rows on, without what it does not know.
func bare(row wire.Message) bool {
	_, changes := changing[row.Kind]
	return changes && row.Target == 0
}

// mend keeps the places of bare rows of the log's run, which are asked for again.
type mend struct {
	seqs   []int64 // ascending
	asking bool
}

// took notes what came at the end of the run.
func (n *mend) took(fresh []wire.Message) {
	for _, row := range fresh {
		if bare(row) {
			n.seqs = append(n.seqs, row.Seq)
		}
	}
}

// mend asks again for rows that came bare. Nobody waits for them: they have their
// place, and what comes after them is shown.
func (d *feed) mend() {
	if d.bare.asking || len(d.bare.seqs) == 0 || !d.m.canAsk() || !d.m.knows(withChanges) {
		return
	}
	d.bare.asking = true
	epoch := d.log.epoch
	d.history(d.bare.seqs[0]-1, func(page frame, refused *refusal) {
		d.bare.asking = false
		if refused != nil || page.Epoch != epoch || epoch != d.log.epoch {
			return
		}
		d.m.out.seen(epoch, page.Messages)
		if d.mended(page.Messages) {
			d.mend()
		}
	})
}

// mended takes rows that were bare; false if all still are.
func (d *feed) mended(page []wire.Message) (news bool) {
	for _, row := range page {
		if i, was := slices.BinarySearch(d.bare.seqs, row.Seq); was && !bare(row) {
			d.bare.seqs = slices.Delete(d.bare.seqs, i, i+1)
			d.fold.take([]wire.Message{row})
			news = true
		}
	}
	return news
}
