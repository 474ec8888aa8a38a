//! The journal as a whole: tables and files, crashes, floods, full disks, and hands that change what was written.
