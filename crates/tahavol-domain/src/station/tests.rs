//! Given / when / then for the station.
