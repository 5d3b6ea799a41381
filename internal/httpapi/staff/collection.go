package staff

import (
	"context"
	"strings"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// List is a page of a collection.
type List[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"give it as cursor for the next page; absent on the last"`
}

func page[T any](items []T, next string, err error) (List[T], error) {
	if items == nil {
		items = []T{}
	}
	return List[T]{Items: items, NextCursor: next}, err
}

// Paging is how a list is paged.
type Paging struct {
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Cursor string `query:"cursor" doc:"next_cursor of the page before"`
}

func (p Paging) page() resource.Page { return resource.Page{Cursor: p.Cursor, Limit: p.Limit} }

type oneIn[ID any] struct {
	ID ID `path:"id"`
}

type specIn[Spec any] struct {
	Body Spec
}

type changeIn[ID, Spec any] struct {
	ID ID `path:"id"`
	IfMatch
	Body Changes[Spec]
}

// collection is what most nouns of the set-up have: a list, and one to get, make, change and remove.
// Parts that are nil have no route.
type collection[ID ~[16]byte, Spec, Out any] struct {
	path   string // "/queues"
	noun   string // "queue"
	plural string
	view   staff.Permission
	edit   staff.Permission

	list   func(ctx context.Context, org message.OrgID, page resource.Page) ([]Out, string, error)
	get    func(ctx context.Context, org message.OrgID, id ID) (Out, error)
	create func(ctx context.Context, p staff.Principal, spec Spec) (ID, error)
	change func(ctx context.Context, p staff.Principal, id ID, version int64, apply func(*Spec) error) error
	remove func(ctx context.Context, p staff.Principal, id ID) error
}

func (c collection[ID, Spec, Out]) register(a *API) {
	if c.list != nil {
		get(a, c.path, c.view, "List "+c.plural, func(ctx context.Context, p staff.Principal, in *Paging) (List[Out], error) {
			return page(c.list(ctx, p.Org, in.page()))
		})
	}
	if c.create != nil {
		create(a, c.path, c.edit, "Make "+article(c.noun), func(ctx context.Context, p staff.Principal, in *specIn[Spec]) (out Out, err error) {
			id, err := c.create(ctx, p, in.Body)
			if err != nil {
				return out, err
			}
			return c.get(ctx, p.Org, id)
		}, func(ctx context.Context, p staff.Principal, _ *specIn[Spec], made [16]byte) (Out, error) {
			return c.get(ctx, p.Org, ID(made))
		})
	}
	get(a, c.path+"/{id}", c.view, "Get "+article(c.noun), func(ctx context.Context, p staff.Principal, in *oneIn[ID]) (Out, error) {
		return c.get(ctx, p.Org, in.ID)
	})
	if c.change != nil {
		patch(a, c.path+"/{id}", c.edit, "Change "+article(c.noun), func(ctx context.Context, p staff.Principal, in *changeIn[ID, Spec]) (out Out, err error) {
			version, err := in.version()
			if err != nil {
				return out, err
			}
			if err := c.change(ctx, p, in.ID, version, in.Body.apply); err != nil {
				return out, err
			}
			return c.get(ctx, p.Org, in.ID)
		})
	}
	if c.remove != nil {
		del(a, c.path+"/{id}", c.edit, "Remove "+article(c.noun), func(ctx context.Context, p staff.Principal, in *oneIn[ID]) (None, error) {
			return None{}, c.remove(ctx, p, in.ID)
		})
	}
}

func article(noun string) string {
	if strings.ContainsRune("aeioAEIO", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
