//! Interleaved rounds: each round measures ours, the peer and the bare disk one after another, so that a noisy machine
//! disturbs all of them alike; what is compared is the ratio within a round.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// What one round measured, all in operations per second.
pub(crate) struct Round {
    pub(crate) ours: f64,
    pub(crate) peer: Option<f64>,
    pub(crate) disk: f64,
    pub(crate) load: String,
}

/// Runs `rounds` rounds; every other one measures the peer first. The disk is measured in `directory`.
pub(crate) fn interleaved(
    rounds: usize,
    directory: &Path,
    mut ours: impl FnMut() -> f64,
    mut peer: impl FnMut() -> Option<f64>,
) -> Vec<Round> {
    (0..rounds)
        .map(|round| {
            let load = load_average();
            let disk = append_and_sync(directory, Duration::from_millis(700));
            let (ours, peer) = if round % 2 == 0 {
                let ours = ours();
                (ours, peer())
            } else {
                let peer = peer();
                (ours(), peer)
            };
            Round { ours, peer, disk, load }
        })
        .collect()
}

/// Prints the rounds and the minimum, median and maximum of the ratio, beside the goal for the median.
pub(crate) fn report(name: &str, peer_name: &str, goal: Option<f64>, rounds: &[Round]) {
    println!("{name}: ours beside {peer_name} (operations per second)");
    for (index, round) in rounds.iter().enumerate() {
        let peer =
            round.peer.map_or_else(|| "peer SKIPPED".to_owned(), |peer| format!("peer {peer:>8.0}  ratio {:>5.2}", round.ours / peer));
        println!("  round {}  ours {:>8.0}  {peer}  bare append+fdatasync {:>6.0}  load {}", index + 1, round.ours, round.disk, round.load);
    }
    let mut ratios: Vec<f64> = rounds.iter().filter_map(|round| round.peer.map(|peer| round.ours / peer)).collect();
    ratios.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (ratios.first(), ratios.last()) else {
        println!("  ratio: not measured\n");
        return;
    };
    let median = ratios[ratios.len() / 2];
    let verdict =
        goal.map_or_else(String::new, |goal| format!("  goal >= {goal:.1}: {}", if median >= goal { "reached" } else { "MISSED" }));
    println!("  ratio: min {least:.2}  median {median:.2}  max {most:.2}{verdict}\n");
}

pub(crate) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_else(|_| "unknown".to_owned());
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// The control: how often per second this disk can append 600 bytes and confirm them.
fn append_and_sync(directory: &Path, duration: Duration) -> f64 {
    let path = directory.join("append-and-sync");
    let mut file = File::create(&path).expect("the control file is made");
    let line = [b'x'; 600];
    let start = Instant::now();
    let mut count = 0_u32;
    while start.elapsed() < duration {
        file.write_all(&line).and_then(|()| file.sync_data()).expect("the disk takes it");
        count += 1;
    }
    let rate = f64::from(count) / start.elapsed().as_secs_f64();
    std::fs::remove_file(&path).expect("the control file is removed");
    rate
}
