import { useMutation, useQueryClient } from "@tanstack/react-query";
import { classQuery } from "@/api";
import { toast } from "@/ui";

/** Something done to a class: the class is asked for anew after it, and a refusal is told as it was told. */
export function useDeed<Given, Got>(classroom: string, deed: (given: Given) => Promise<Got>, then?: (got: Got) => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: deed,
    onSuccess: (got) => then?.(got),
    onError: (error) => toast(error.message),
    onSettled: () => cache.invalidateQueries({ queryKey: classQuery(classroom).queryKey }),
  });
}
