package customer_test

import (
	"switchboard/internal/file"
	"switchboard/internal/store"
)

type (
	storeTx        = store.Tx
	conversationTx = *store.Tx
	fileBy         = file.By
)
