import styles from './score.module.css';

interface Props {
  readonly score: number;
  readonly grade: string;
  readonly size_px?: number;
}

const radius = 42;
const length = 2 * Math.PI * radius;

/** The score as a stitched ring that closes as the installation gets safer. */
export function Score({ score, grade, size_px = 132 }: Props) {
  const tone = grade === 'A' ? styles.safe : grade === 'D' ? styles.danger : styles.warn;
  return (
    <div className={`${styles.score} ${tone}`} style={{ width: size_px, height: size_px }} role="img" aria-label={`${score} of 100 points, grade ${grade}`}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle cx="50" cy="50" r={radius} className={styles.track} />
        <circle cx="50" cy="50" r={radius} className={styles.ring} strokeDasharray={`${(length * score) / 100} ${length}`} />
      </svg>
      <span className={styles.text} aria-hidden="true">
        <span className={styles.number}>{score}</span>
        <span className={styles.grade}>grade {grade}</span>
      </span>
    </div>
  );
}
