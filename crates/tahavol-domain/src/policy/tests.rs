//! The whole table, command by command and office by office.
