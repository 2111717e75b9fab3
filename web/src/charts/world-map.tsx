import { geoNaturalEarth1, geoPath } from 'd3-geo';
import { scaleSqrt } from 'd3-scale';
import { useMemo, useState } from 'react';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlas from 'world-atlas/countries-110m.json';
import { codeOfShape } from '../lib/country-shapes';
import { formatNumber } from '../lib/numbers';
import { useWidth } from '../lib/screen';
import styles from './world-map.module.css';

export interface Place {
  readonly code: string;
  readonly name: string;
  readonly value: number;
  readonly onPress?: (() => void) | undefined;
}

interface Props {
  readonly places: readonly Place[];
  readonly unit: string;
}

const ratio = 0.5;
const antarctica = '010';
const topology = atlas as unknown as Topology<{ countries: GeometryCollection }>;

/** Countries in five depths of dye: the more, the deeper. The list beside it holds the same numbers. */
export default function WorldMap({ places, unit }: Props) {
  const { ref, width_px } = useWidth<HTMLDivElement>();
  const [over, setOver] = useState<Place>();
  const height_px = Math.round(width_px * ratio);
  const shapes = useMemo(() => {
    const countries = feature(topology, topology.objects.countries);
    const kept = countries.features.filter((shape) => String(shape.id) !== antarctica);
    const projection = geoNaturalEarth1().fitExtent([[2, 2], [Math.max(4, width_px - 2), Math.max(4, height_px - 2)]], { type: 'FeatureCollection', features: kept });
    const path = geoPath(projection).digits(1);
    return kept.map((shape, at) => ({ key: at, code: codeOfShape.get(String(shape.id)), path: path(shape) ?? '' }));
  }, [width_px, height_px]);
  const byCode = new Map(places.map((place) => [place.code, place]));
  const depth = scaleSqrt([0, Math.max(1, ...places.map((place) => place.value))], [14, 92]).clamp(true);
  return (
    <div ref={ref} className={styles.map} style={{ height: height_px }}>
      {width_px > 0 && (
        <svg width={width_px} height={height_px} role="img" aria-label="Map of the world with visits by country; the list holds the same numbers" onPointerLeave={() => setOver(undefined)}>
          {shapes.map((shape) => {
            const place = shape.code === undefined ? undefined : byCode.get(shape.code);
            return (
              <path
                key={shape.key}
                d={shape.path}
                className={styles.country}
                data-known={place ? '' : undefined}
                data-pressable={place?.onPress ? '' : undefined}
                style={place ? ({ '--depth': `${depth(place.value).toFixed(0)}%` } as React.CSSProperties) : undefined}
                onPointerEnter={() => setOver(place)}
                onClick={place?.onPress}
              />
            );
          })}
        </svg>
      )}
      {over && (
        <div className={styles.tip}>
          {over.name}: <strong className="number">{formatNumber(over.value, 'count')}</strong> {unit}
        </div>
      )}
    </div>
  );
}
