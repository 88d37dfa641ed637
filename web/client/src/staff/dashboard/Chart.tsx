import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export type Drawing = (colour: (name: string) => string) => Omit<UPlot.Options, "width" | "height">;

interface Props {
  /** What the picture shows, for whoever does not see it. */
  readonly label: string;
  readonly data: UPlot.AlignedData;
  /** How it is drawn. It must stay the same object as long as the drawing is the same. */
  readonly drawing: Drawing;
}

const HEIGHT = 190;

/** A chart as wide as its place, in the colours of the page. */
export function Chart({ label, data, drawing }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const shown = useRef(data);
  shown.current = data;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = () => {
      plot.current?.destroy();
      const style = getComputedStyle(element);
      const options = drawing(name => style.getPropertyValue(`--${name}`).trim());
      plot.current = new UPlot(
        { legend: { show: false }, ...options, width: element.clientWidth, height: HEIGHT },
        shown.current,
        element,
      );
    };
    draw();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    const sized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    sized.observe(element);
    return () => {
      scheme.removeEventListener("change", draw);
      sized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [drawing]);
  useEffect(() => plot.current?.setData(data), [data]);
  return <div ref={place} className="chart" role="img" aria-label={label} />;
}
