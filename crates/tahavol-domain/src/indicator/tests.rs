//! Given / when / then for the indicator.
