//! From events to rows: a small programme played through the fold.
