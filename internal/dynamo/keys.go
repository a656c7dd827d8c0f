package dynamo

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"projectchat/internal/chat"
)

const directoryPK = "ROOMS"

// roomEscaper encodes the characters that have a meaning in a pk, so that no
// two rooms share a pk and no room's name reaches another's row.
var roomEscaper = strings.NewReplacer("%", "%25", "#", "%23")

func key(pk, sk string) item { return item{"pk": text(pk), "sk": text(sk)} }

func sessionKey(hash string) item  { return key("SESSION#"+hash, "SESSION") }
func nameKey(skeleton string) item { return key("NAME#"+skeleton, "NAME") }
func connectionKey(id string) item { return key("CONN#"+id, "CONN") }
func roomKey(room string) item     { return key("ROOM#"+roomEscaper.Replace(room), "ROOM") }
func directoryKey(room string) item {
	return key(directoryPK, room)
}

func seatPK(room string) string { return "LIVE#" + roomEscaper.Replace(room) }
func seatKey(room, connectionID string) item {
	return key(seatPK(room), ringSK(chat.RingPosition(connectionID))+"#"+connectionID)
}

// ringSK returns the beginning of a seat's sort key at a place on the ring; #
// and the connection's id follow.
func ringSK(position uint32) string { return fmt.Sprintf("%08x", position) }

// connectionIDOf is the inverse of the sort key that [seatKey] makes.
func connectionIDOf(sk string) string {
	_, id, _ := strings.Cut(sk, "#")
	return id
}

func logPK(room, epoch string) string { return "LOG#" + roomEscaper.Replace(room) + "#" + epoch }
func logKey(room, epoch string, seq int64) item {
	return key(logPK(room, epoch), logSK(seq))
}

// maxSeq is the highest seq that a sort key has room for.
const maxSeq = 999_999_999_999

func logSK(seq int64) string { return fmt.Sprintf("%012d", seq) }

func seqOf(sk string) (int64, error) { return strconv.ParseInt(sk, 10, 64) }

// pkOf and skOf read the keys of a row.
func pkOf(row item) string { return textOf(row["pk"]) }
func skOf(row item) string { return textOf(row["sk"]) }

func textOf(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}
