//! Measures detection over the fixtures of the wheel: `measure WHEEL`.

use std::time::{Duration, Instant};

use device_detection::pack::{Wheel, build_pack};
use device_detection::{CachedDetector, ClientHints, Detector};
use yaml_rust2::YamlLoader;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let path = std::env::args().nth(1).ok_or("usage: measure WHEEL")?;
    let bytes = std::fs::read(path)?;
    let (pack, took) = timed(|| build_pack(&bytes));
    let pack = pack?;
    println!("pack: {} KiB, made in {took:?}", pack.len() / 1024);
    let agents = fixture_agents(&bytes)?;
    drop(bytes);
    let before = resident_kib();
    let (detector, took) = timed(|| Detector::from_pack(&pack));
    let detector = detector?;
    println!("loaded in {took:?}; resident +{} KiB", resident_kib().saturating_sub(before));
    measure("uncached", &agents, |agent| {
        std::hint::black_box(detector.detect(agent, &ClientHints::default()));
    });
    println!("resident +{} KiB after {} detections", resident_kib().saturating_sub(before), agents.len());
    let steps = agents.iter().map(|agent| detector.detect_measured(agent, &ClientHints::default()).steps);
    let mut steps: Vec<u32> = steps.collect();
    steps.sort_unstable();
    println!("steps: median {}, max {}", steps[steps.len() / 2], steps[steps.len() - 1]);
    let cached = CachedDetector::new(detector);
    measure("filling cache", &agents, |agent| {
        std::hint::black_box(cached.detect(agent, &ClientHints::default()));
    });
    let recent = &agents[agents.len() - 5000..];
    measure("cached", recent, |agent| {
        std::hint::black_box(cached.detect(agent, &ClientHints::default()));
    });
    println!("resident +{} KiB with a full cache", resident_kib().saturating_sub(before));
    Ok(())
}

fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = act();
    (result, start.elapsed())
}

fn measure(name: &str, agents: &[String], mut act: impl FnMut(&str)) {
    let mut times: Vec<(Duration, &str)> =
        agents.iter().map(|agent| (timed(|| act(agent)).1, agent.as_str())).collect();
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 1000].0;
    println!("{name}: median {:?}, p99 {:?}, p99.9 {:?}, max {:?}", at(500), at(990), at(999), at(1000));
    println!("  slowest: {:.100}", times[times.len() - 1].1);
}

fn fixture_agents(wheel: &[u8]) -> Result<Vec<String>, Failure> {
    let wheel = Wheel::open(wheel)?;
    let mut agents = Vec::new();
    for name in wheel.names().filter(|name| name.contains("tests/fixtures/upstream/") && name.ends_with(".yml")) {
        for document in YamlLoader::load_from_str(&wheel.text(name)?)? {
            let fixtures = document.into_vec().unwrap_or_default();
            agents.extend(fixtures.iter().filter_map(|fixture| fixture["user_agent"].as_str()).map(str::to_owned));
        }
    }
    Ok(agents)
}

/// Resident memory of this process in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
