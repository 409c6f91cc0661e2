//! The check list and its drills on a real engine, with the stand-ins.
