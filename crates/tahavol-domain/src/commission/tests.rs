//! Given / when / then for the commission.
