package staff

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// UserSpec is what an administrator writes about a user.
type UserSpec struct {
	Name          string                  `json:"name" minLength:"1" maxLength:"100" doc:"as customers see it when they answer"`
	Email         string                  `json:"email" maxLength:"254" doc:"fixed once invited"`
	PermissionSet message.PermissionSetID `json:"permission_set_id,omitempty"`
	Role          string                  `json:"role,omitempty" doc:"instead of permission_set_id: the API name of the set (agent, supervisor, admin …)"`
	Capacity      int                     `json:"capacity,omitempty" minimum:"0" maximum:"1000" doc:"units of work at a time; 5 if not said"`
	Active        *bool                   `json:"active,omitempty"`
	Queues        []message.QueueID       `json:"queues,omitempty" doc:"the queues they serve"`
}

// defaultCapacity of a user, in units.
const defaultCapacity = 5

// ready checks what can be checked without looking anything up.
func (spec UserSpec) ready() (_ UserSpec, err error) {
	spec.Name = strings.TrimSpace(spec.Name)
	if spec.Name == "" {
		return spec, fault.Invalid("name", "A user needs a name.")
	}
	if utf8.RuneCountInString(spec.Name) > 100 {
		return spec, fault.Invalid("name", "A name has at most 100 characters.")
	}
	if spec.Capacity < 0 || spec.Capacity > 1000 {
		return spec, fault.Invalid("capacity", "A capacity is between 0 and 1000.")
	}
	if spec.Email, err = address(spec.Email); err != nil {
		return spec, err
	}
	if spec.Capacity == 0 {
		spec.Capacity = defaultCapacity
	}
	return spec, nil
}

// invite adds a user in a transaction. The token is for their link.
func (spec UserSpec) invite(tx Tx, by Principal) (id message.UserID, token string, err error) {
	user := User{ID: message.NewID[message.UserID](), Name: spec.Name, Capacity: spec.Capacity, Active: spec.Active == nil || *spec.Active, Version: 1}
	set, err := spec.set(tx)
	if err != nil {
		return id, "", err
	}
	if err := by.mayGrant(set.Permissions); err != nil {
		return id, "", err
	}
	user.PermissionSet, user.CreatedAt = set.ID, tx.Now()
	if err := join(tx, spec.Email, &user); err != nil {
		return id, "", err
	}
	if err := tx.SetUserQueues(user.ID, spec.Queues); err != nil {
		return id, "", err
	}
	if err := tx.AgentChanged(user.ID); err != nil {
		return id, "", err
	}
	token, hash := secret("")
	return user.ID, token, tx.InsertToken(invitation(tx, user.ID, PurposeInvite, hash))
}

// InviteUser adds a user and returns the link with which they join, once.
func (s *Service) InviteUser(ctx context.Context, by Principal, spec UserSpec) (id message.UserID, link string, err error) {
	if spec, err = spec.ready(); err != nil {
		return id, "", err
	}
	var token string
	err = s.write(ctx, by.Org, func(tx Tx) error {
		id, token, err = spec.invite(tx, by)
		return err
	})
	return id, s.link(PurposeInvite, token), err
}

// join makes the user of an e-mail address, and its login if there is none yet.
func join(tx Tx, email string, user *User) error {
	login, found, err := tx.LoginByEmail(email)
	if err != nil {
		return err
	}
	if !found {
		login = Login{ID: message.NewID[message.LoginID](), Email: email, CreatedAt: tx.Now()}
		if err := tx.InsertLogin(login); err != nil {
			return err
		}
	}
	if _, taken, err := tx.UserByLogin(login.ID); err != nil || taken {
		return orTaken(err, "email", "This person is already a user of the organisation.")
	}
	user.Login = login.ID
	return tx.InsertUser(*user)
}

func (spec UserSpec) set(tx Tx) (PermissionSet, error) {
	if !spec.PermissionSet.IsZero() {
		set, err := tx.PermissionSet(spec.PermissionSet)
		if fault.CodeOf(err) == fault.NotFound {
			err = fault.Invalid("permission_set_id", "There is no such permission set.")
		}
		return set, err
	}
	set, found, err := tx.PermissionSetByName(spec.Role)
	if err == nil && !found {
		err = fault.Invalid("role", "Say which permission set the user has: agent, supervisor, admin or one of your own.")
	}
	return set, err
}

func invitation(tx Tx, user message.UserID, purpose Purpose, hash []byte) Token {
	life := inviteLife
	if purpose == PurposeReset {
		life = resetLife
	}
	return Token{Hash: hash, User: user, Purpose: purpose, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(life)}
}

func (s *Service) link(purpose Purpose, token string) string {
	return s.publicURL + "/" + string(purpose) + "/" + token
}

// ChangeUser applies a change to a user.
func (s *Service) ChangeUser(ctx context.Context, by Principal, id message.UserID, version int64, apply func(*UserSpec) error) error {
	err := s.write(ctx, by.Org, func(tx Tx) error {
		user, err := s.ruled(tx, by, id, version)
		if err != nil {
			return err
		}
		active, worked := user.Active, user.Active
		spec := UserSpec{Name: user.Name, Email: user.Email, Capacity: user.Capacity, Active: &active, PermissionSet: user.PermissionSet}
		if err := apply(&spec); err != nil {
			return err
		}
		if spec.Role != "" {
			spec.PermissionSet = message.PermissionSetID{}
		}
		set, err := spec.set(tx)
		if err != nil {
			return err
		}
		if err := by.mayGrant(set.Permissions); err != nil {
			return err
		}
		if spec.Name = strings.TrimSpace(spec.Name); spec.Name == "" {
			return fault.Invalid("name", "A user needs a name.")
		}
		if !strings.EqualFold(spec.Email, user.Email) {
			return fault.Invalid("email", "The e-mail address is fixed. Invite the new address and switch this user off.")
		}
		user.Name, user.Capacity, user.PermissionSet, user.Permissions = spec.Name, spec.Capacity, set.ID, set.Permissions
		if spec.Active != nil {
			user.Active = *spec.Active
		}
		if err := someoneManages(tx, user); err != nil {
			return err
		}
		if spec.Queues != nil {
			if err := tx.SetUserQueues(id, spec.Queues); err != nil {
				return err
			}
		}
		if !user.Active {
			if err := tx.DeleteTokens(id, PurposeSession, PurposeInvite, PurposeReset); err != nil {
				return err
			}
		}
		if worked && !user.Active {
			if err := tx.StopWork(id); err != nil {
				return err
			}
		}
		tx.AccessChanged()
		if err := tx.SaveUser(&user); err != nil {
			return err
		}
		return tx.AgentChanged(id)
	})
	s.access.forget(by.Org)
	return err
}

// ruled loads a user whom by may change: one who has no permission that by lacks.
func (s *Service) ruled(tx Tx, by Principal, id message.UserID, version int64) (User, error) {
	user, err := tx.User(id)
	if err != nil {
		return user, err
	}
	if err := fault.Stale(version, user.Version); err != nil {
		return user, err
	}
	return user, by.mayGrant(user.Permissions)
}

// someoneManages keeps an organisation from locking itself out.
func someoneManages(tx Tx, after User) error {
	if after.Active && setOf(after.Permissions).Has(UserManage) {
		return nil
	}
	others, err := tx.OtherManagers(after.ID)
	if err == nil && others == 0 {
		err = fault.New(fault.Conflict, "Somebody must be able to manage users: this is the last one who can.")
	}
	return err
}

// DeleteUser removes a user who never took part in anything; others are switched off instead.
func (s *Service) DeleteUser(ctx context.Context, by Principal, id message.UserID) error {
	err := s.write(ctx, by.Org, func(tx Tx) error {
		user, err := s.ruled(tx, by, id, 0)
		if err != nil {
			return err
		}
		user.Active = false
		if err := someoneManages(tx, user); err != nil {
			return err
		}
		tx.AccessChanged()
		if err := tx.SetUserQueues(id, nil); err != nil {
			return err
		}
		if err := tx.DeleteTokens(id, PurposeSession, PurposeInvite, PurposeReset); err != nil {
			return err
		}
		if err := tx.DeleteUser(id); err != nil {
			return err
		}
		return tx.AgentChanged(id)
	})
	s.access.forget(by.Org)
	return err
}

// Invite makes a new link for somebody who has not joined yet; the old one stops working.
func (s *Service) Invite(ctx context.Context, by Principal, id message.UserID) (link string, err error) {
	return s.newLink(ctx, by, id, PurposeInvite, func(tx Tx, user User) error {
		if !user.JoinedAt.IsZero() {
			return fault.New(fault.Conflict, "This user has already joined. Make a link to reset the password instead.")
		}
		return nil
	})
}

// Reset makes a link with which a user sets a new password for this organisation.
func (s *Service) Reset(ctx context.Context, by Principal, id message.UserID) (link string, err error) {
	return s.newLink(ctx, by, id, PurposeReset, func(_ Tx, user User) error {
		if user.JoinedAt.IsZero() {
			return fault.New(fault.Conflict, "This user has not joined yet. Invite them again instead.")
		}
		return nil
	})
}

func (s *Service) newLink(ctx context.Context, by Principal, id message.UserID, purpose Purpose, may func(Tx, User) error) (string, error) {
	token, hash := secret("")
	err := s.write(ctx, by.Org, func(tx Tx) error {
		user, err := s.ruled(tx, by, id, 0)
		if err != nil {
			return err
		}
		if !user.Active {
			return fault.New(fault.Conflict, "This user is switched off.")
		}
		if err := may(tx, user); err != nil {
			return err
		}
		if err := tx.DeleteTokens(id, purpose); err != nil {
			return err
		}
		return tx.InsertToken(invitation(tx, id, purpose, hash))
	})
	return s.link(purpose, token), err
}

// Invited tells what an invite or reset link is for.
func (s *Service) Invited(ctx context.Context, token string) (Invitation, error) {
	found, ok, err := s.reads.Invitation(ctx, hashOf(token))
	if err == nil && (!ok || !time.Now().Before(found.ExpiresAt)) {
		err = fault.New(fault.NotFound, "This link has been used or has expired. Ask for a new one.")
	}
	return found, err
}

// Join takes an invite or reset link: it sets the password with which this organisation is opened, and
// signs in to it. The same address in other organisations is not touched: a link proves only that its
// administrator gave it away, since without a mail server they hand it over themselves.
func (s *Service) Join(ctx context.Context, token, name, password string, from Client) (SignedIn, error) {
	found, err := s.Invited(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	if err := CheckPassword(password, found.Email); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return SignedIn{}, err
	}
	var user User
	err = s.write(ctx, found.Org, func(tx Tx) error {
		if user, err = s.take(tx, hashOf(token), name, hash); err != nil {
			return err
		}
		return tx.AgentChanged(user.ID)
	})
	s.access.forget(found.Org)
	if err != nil {
		return SignedIn{}, err
	}
	// The password is not compared with those of other organisations: that would let an administrator
	// with many links guess them.
	memberships, err := s.reads.Memberships(ctx, found.Email)
	if err != nil {
		return SignedIn{}, err
	}
	memberships = slices.DeleteFunc(memberships, func(m Membership) bool { return m.Org != found.Org })
	in, err := s.signIn(ctx, memberships, "", from)
	in.Device = s.guesses.deviceOf(found.Email, from.Device)
	return in, err
}

// take spends the link and signs out whoever used the password before.
func (s *Service) take(tx Tx, token []byte, name, hash string) (User, error) {
	t, found, err := tx.Token(token)
	if err != nil {
		return User{}, err
	}
	if !found || t.Purpose == PurposeSession {
		return User{}, fault.New(fault.NotFound, "This link has been used or has expired. Ask for a new one.")
	}
	user, err := tx.User(t.User)
	if err != nil {
		return user, err
	}
	if err := tx.SetPassword(user.ID, hash); err != nil {
		return user, err
	}
	if user.JoinedAt.IsZero() {
		user.JoinedAt = tx.Now()
	}
	if name = strings.TrimSpace(name); name != "" && t.Purpose == PurposeInvite {
		user.Name = clip(name, 100)
	}
	tx.AccessChanged()
	if err := tx.DeleteTokens(user.ID, PurposeSession, PurposeInvite, PurposeReset); err != nil {
		return user, err
	}
	return user, tx.SaveUser(&user)
}

// Found makes the built-in permission sets and the first administrator of a new organisation, and
// returns the token of the link with which they join.
func Found(tx Tx, adminEmail string) (token string, err error) {
	email, err := address(adminEmail)
	if err != nil {
		return "", err
	}
	name, _, _ := strings.Cut(email, "@")
	admin := User{ID: message.NewID[message.UserID](), Name: name, Capacity: defaultCapacity,
		Active: true, CreatedAt: tx.Now(), Version: 1}
	for _, set := range BuiltIn() {
		set.ID, set.Version = message.NewID[message.PermissionSetID](), 1
		if set.APIName == RoleAdmin {
			admin.PermissionSet = set.ID
		}
		if err := tx.InsertPermissionSet(set); err != nil {
			return "", err
		}
	}
	if err := join(tx, email, &admin); err != nil {
		return "", err
	}
	token, hash := secret("")
	return token, tx.InsertToken(invitation(tx, admin.ID, PurposeInvite, hash))
}
