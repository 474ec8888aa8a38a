//! Who may try what: office × command × scope, one table.
