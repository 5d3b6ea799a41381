package search

import (
	"encoding/binary"
	"errors"
	"maps"
	"math/bits"
	"slices"
)

// SegmentSize is how many documents are indexed together.
const SegmentSize = 1024

// Set is a set of a segment's documents, by their places.
type Set [SegmentSize / 64]uint64

// Add puts a place into the set; Drop takes it out; Has reports whether it is there.
func (s *Set) Add(place int) { s[place/64] |= 1 << (place % 64) }

// Drop takes a place out.
func (s *Set) Drop(place int) { s[place/64] &^= 1 << (place % 64) }

// Has reports whether a place is in the set.
func (s *Set) Has(place int) bool { return s[place/64]&(1<<(place%64)) != 0 }

// Union adds all places of another set, Cross leaves only those of both.
func (s *Set) Union(o *Set) {
	for i := range s {
		s[i] |= o[i]
	}
}

// Cross leaves only the places that are in both sets.
func (s *Set) Cross(o *Set) {
	for i := range s {
		s[i] &= o[i]
	}
}

// Empty reports that nothing is in the set.
func (s *Set) Empty() bool { return *s == Set{} }

// Block is one bucket's words in one segment, and the documents that have them.
type Block map[string]*Set

// Encode writes a block: of each word its length, its bytes, how many documents have it, and the steps
// from each to the next.
func (b Block) Encode() (out []byte) {
	for _, word := range slices.Sorted(maps.Keys(b)) {
		var steps []byte
		count, last := 0, -1
		for i, part := range b[word] {
			for ; part != 0; part &= part - 1 {
				place := 64*i + bits.TrailingZeros64(part)
				steps = binary.AppendUvarint(steps, uint64(place-last))
				count, last = count+1, place
			}
		}
		if count == 0 {
			continue
		}
		out = binary.AppendUvarint(out, uint64(len(word)))
		out = append(out, word...)
		out = binary.AppendUvarint(out, uint64(count))
		out = append(out, steps...)
	}
	return out
}

var errBlock = errors.New("a block of the search index can't be read")

// Walk reads an encoded block and calls each with the words that are wanted.
func Walk(block []byte, wanted func(word string) bool, each func(word string, place int)) error {
	next := func() (n int, ok bool) {
		v, size := binary.Uvarint(block)
		if size <= 0 || v > 1<<20 {
			return 0, false
		}
		block = block[size:]
		return int(v), true
	}
	for len(block) > 0 {
		length, ok := next()
		if !ok || length > len(block) {
			return errBlock
		}
		word := string(block[:length])
		block = block[length:]
		count, ok := next()
		if !ok {
			return errBlock
		}
		take := wanted(word)
		for place := -1; count > 0; count-- {
			step, ok := next()
			if place += step; !ok || place < 0 || place >= SegmentSize {
				return errBlock
			}
			if take {
				each(word, place)
			}
		}
	}
	return nil
}
