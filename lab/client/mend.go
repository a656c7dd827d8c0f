package client

import (
	"slices"

	"projectchat/internal/wire"
)

// bare reports whether a row about a message does not say which message. A server of
// revision 1 passes the row on without the fields that it does not know.
func bare(row wire.Message) bool {
	_, changes := changing[row.Kind]
	return changes && row.Target == 0
}

// mend keeps the seqs of bare rows that are asked for again.
type mend struct {
	seqs   []int64 // ascending
	asking bool
}

// took notes the bare ones of the rows that came at the log's end.
func (n *mend) took(fresh []wire.Message) {
	for _, row := range fresh {
		if bare(row) {
			n.seqs = append(n.seqs, row.Seq)
		}
	}
}

// mend asks again for rows that came bare. They have their place in the log, so nobody waits
// for them.
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
		d.m.out.arrived(epoch, page.Messages)
		if d.mended(page.Messages) {
			d.mend()
		}
	})
}

// mended takes the rows that were bare. It returns false if all of them still are.
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
