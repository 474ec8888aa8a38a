//! Given / when / then for the initiative.
