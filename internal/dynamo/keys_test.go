package dynamo

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// families are the beginnings of every pk.
var families = []string{"SESSION#", "NAME#", "CONN#", "ROOM#", "LIVE#", "LOG#", "ROOMS"}

// TestNoRoomReachesAnotherRow tries names that consist of characters with a
// meaning in a pk.
func TestNoRoomReachesAnotherRow(t *testing.T) {
	pieces := []string{"#", "%", "%23", "%25", "23", "25", "a", "e1", "ROOM", "ROOM#", "LOG#", "LIVE#", "ROOMS", "é", "/", "\x01"}
	epochs := []string{"e1", "e2", "a", "23"}
	random := rand.New(rand.NewPCG(1, 2))
	owner := map[string]string{}
	for range 200_000 {
		var room strings.Builder
		for range 1 + random.IntN(5) {
			room.WriteString(pieces[random.IntN(len(pieces))])
		}
		epoch := epochs[random.IntN(len(epochs))]
		for _, k := range []struct{ family, who, pk string }{
			{"ROOM#", room.String(), pkOf(roomKey(room.String()))},
			{"LIVE#", room.String(), seatPK(room.String())},
			{"LOG#", room.String() + "\x00" + epoch, logPK(room.String(), epoch)},
		} {
			if family := familyOf(k.pk); family != k.family {
				t.Fatalf("%q of room %q is in family %q", k.pk, room.String(), family)
			}
			if who, ok := owner[k.pk]; ok && who != k.who {
				t.Fatalf("%q is the key of both %q and %q", k.pk, who, k.who)
			}
			owner[k.pk] = k.who
		}
	}
}

func familyOf(pk string) string {
	found := ""
	for _, family := range families {
		if strings.HasPrefix(pk, family) {
			found += family
		}
	}
	return found
}

func TestKeys(t *testing.T) {
	for _, test := range []struct {
		key    item
		pk, sk string
	}{
		{sessionKey("5ca1ab1e"), "SESSION#5ca1ab1e", "SESSION"},
		{nameKey("ann"), "NAME#ann", "NAME"},
		{connectionKey("Zy9="), "CONN#Zy9=", "CONN"},
		{roomKey("a#b%"), "ROOM#a%23b%25", "ROOM"},
		{directoryKey("a#b%"), "ROOMS", "a#b%"},
		{seatKey("a#b%", "Zy9="), "LIVE#a%23b%25", "a8746fa8#Zy9="},
		{logKey("a#b%", "k3v9", 58), "LOG#a%23b%25#k3v9", "000000000058"},
	} {
		if pk, sk := pkOf(test.key), skOf(test.key); pk != test.pk || sk != test.sk {
			t.Errorf("got %q, %q; want %q, %q", pk, sk, test.pk, test.sk)
		}
	}
}

func TestConnectionIDSurvivesItsKey(t *testing.T) {
	for _, id := range []string{"Zy9dRfhLoAMCJlw=", "a#b#c", "#"} {
		if got := connectionIDOf(skOf(seatKey("r", id))); got != id {
			t.Errorf("got %q, want %q", got, id)
		}
	}
}
