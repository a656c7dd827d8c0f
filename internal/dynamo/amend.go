package dynamo

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

const notDeleted = "attribute_exists(#pk) AND attribute_not_exists(#deleted)"

// Amend implements [chat.LogStore], usually in one request. A second one adds
// an edit to Edits if a later one holds.
func (s *Store) Amend(ctx context.Context, room, epoch string, a chat.Amendment) (chat.Message, error) {
	change := edit(a)
	if a.Delete {
		change = deletion(a)
	}
	now, done, err := s.amend(ctx, logKey(room, epoch, a.Target), change)
	if err != nil || done || a.Delete || now.Deleted != 0 || slices.Contains(now.Edits, a.By) {
		return now, err
	}
	now, _, err = s.amend(ctx, logKey(room, epoch, a.Target), lateEdit(a))
	return now, err
}

func deletion(a chat.Amendment) change {
	return change{
		update:    "SET #text = :text, #deleted = :by, #textHash = if_not_exists(#textHash, :textHash)",
		condition: notDeleted,
		names:     names("pk", "text", "deleted", "textHash"),
		values:    item{":text": text(""), ":by": number(a.By), ":textHash": text(a.TextHash)},
	}
}

func edit(a chat.Amendment) change {
	return change{
		update:    "SET #text = :text, #edited = :by, #textHash = if_not_exists(#textHash, :textHash) ADD #edits :edits",
		condition: notDeleted + " AND (attribute_not_exists(#edited) OR #edited < :by)",
		names:     names("pk", "text", "edited", "deleted", "textHash", "edits"),
		values: item{
			":text": text(a.Text), ":by": number(a.By), ":textHash": text(a.TextHash), ":edits": numberSet(a.By),
		},
	}
}

// lateEdit only adds an edit to Edits.
func lateEdit(a chat.Amendment) change {
	return change{
		update:    "ADD #edits :edits",
		condition: notDeleted,
		names:     names("pk", "deleted", "edits"),
		values:    item{":edits": numberSet(a.By)},
	}
}

// amend changes a log row and returns it: changed (done), or as it was if the
// condition failed; [refusal.ErrNotFound] if there is none.
func (s *Store) amend(ctx context.Context, key item, c change) (now chat.Message, done bool, err error) {
	in := c.input(s.table, key)
	in.ReturnValues = types.ReturnValueAllNew
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	out, err := do(ctx, s, "Amend", in, s.client.UpdateItem)
	if err == nil {
		now, err = messageOf(out.Attributes)
		return now, err == nil, err
	}
	failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	switch {
	case !ok:
		return chat.Message{}, false, err
	case len(failed.Item) == 0:
		return chat.Message{}, false, refusal.ErrNotFound
	}
	now, err = messageOf(failed.Item)
	return now, false, err
}

// BlankEdit implements [chat.LogStore].
func (s *Store) BlankEdit(ctx context.Context, room, epoch string, seq int64) error {
	_, err := s.update(ctx, "BlankEdit", logKey(room, epoch, seq), change{
		update:    "SET #text = :text",
		condition: "#kind = :edit",
		names:     names("text", "kind"),
		values:    item{":text": text(""), ":edit": text(chat.KindEdit)},
	})
	return unlessMissing(err)
}
