package client

import "projectchat/internal/wire"

// lookOn looks through the log from since on, until it comes to rows that are known and these
// are level with the server's. It calls done with the position up to which it has looked.
func (d *feed) lookOn(since wire.Position, done func(wire.Position, *refusal)) {
	if since.Seq >= d.log.first-1 {
		d.catchUp(func(refused *refusal) {
			if since.Epoch == d.log.epoch {
				since.Seq = d.log.last
			}
			done(since, refused)
		})
		return
	}
	d.history(since.Seq, func(page frame, refused *refusal) {
		if refused != nil || page.Epoch != since.Epoch {
			done(since, refused)
			return
		}
		d.m.out.arrived(page.Epoch, page.Messages)
		from := since.Seq
		for _, row := range page.Messages {
			if row.Seq == since.Seq+1 {
				since.Seq++
			}
		}
		if since.Seq == from {
			done(since, nil)
			return
		}
		d.lookOn(since, done)
	})
}
