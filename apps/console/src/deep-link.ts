import { useEffect } from "react";

/** Goes to the part of the page that the address names after `#`, once it is there: what a link points to loads late. */
export function useDeepLink(loaded: boolean): void {
  useEffect(() => {
    const id = decodeURIComponent(location.hash.slice(1));
    if (loaded && id !== "") document.getElementById(id)?.scrollIntoView();
  }, [loaded]);
}
