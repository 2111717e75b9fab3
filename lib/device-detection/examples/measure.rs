//! Measures detection over the fixtures of the wheel: `measure WHEEL`.

use std::time::{Duration, Instant};

use device_detection::pack::{Wheel, build_pack};
use device_detection::{CachedDetector, ClientHints, Detector};
use yaml_rust2::YamlLoader;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [wheel] => {
            // Making the pack needs much memory, so a process of its own does it.
            let folder = std::env::temp_dir();
            let (pack, agents) = (folder.join("measure.pack"), folder.join("measure.agents"));
            let this = std::env::current_exe()?;
            let status = std::process::Command::new(this).arg(wheel).args([&pack, &agents]).status()?;
            if !status.success() {
                return Err("the pack could not be made".into());
            }
            let result = measure_all(&std::fs::read(&pack)?, &std::fs::read_to_string(&agents)?);
            std::fs::remove_file(pack)?;
            std::fs::remove_file(agents)?;
            result
        }
        [wheel, pack, agents] => make(wheel, pack, agents),
        _ => Err("usage: measure WHEEL".into()),
    }
}

fn make(wheel: &str, pack_file: &str, agents_file: &str) -> Result<(), Failure> {
    let bytes = std::fs::read(wheel)?;
    let (pack, took) = timed(|| build_pack(&bytes));
    let pack = pack?;
    println!("pack: {} KiB, made in {took:?}", pack.len() / 1024);
    std::fs::write(pack_file, pack)?;
    std::fs::write(agents_file, fixture_agents(&bytes)?.join("\n"))?;
    Ok(())
}

fn measure_all(pack: &[u8], agents: &str) -> Result<(), Failure> {
    let agents: Vec<String> = agents.lines().map(str::to_owned).collect();
    let before = resident_kib();
    let (detector, took) = timed(|| Detector::from_pack(pack));
    let detector = detector?;
    println!("loaded in {took:?}; resident +{} KiB", resident_kib().saturating_sub(before));
    measure("uncached", &agents, |agent| {
        std::hint::black_box(detector.detect(agent, &ClientHints::default()));
    });
    println!("resident +{} KiB after {} detections", resident_kib().saturating_sub(before), agents.len());
    let steps = agents.iter().map(|agent| (detector.detect_measured(agent, &ClientHints::default()).steps, agent));
    let mut steps: Vec<(u32, &String)> = steps.collect();
    steps.sort_unstable();
    let (most, costliest) = steps[steps.len() - 1];
    println!("steps: median {}, max {most} for {costliest}", steps[steps.len() / 2].0);
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
