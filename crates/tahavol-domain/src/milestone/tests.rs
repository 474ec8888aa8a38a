//! Given / when / then for the milestone.
