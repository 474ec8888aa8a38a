//! Given / when / then for the programme.
