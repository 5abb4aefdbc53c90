// Putting images into a post: its form opens with them.
import { answered, openForm } from "./forms.js";
import { send } from "./talk.js";

export async function use(images) {
  const answer = await send("/library/use", [["images", images]]);
  // The draft that comes of it stands in the conversation.
  if (answer?.form) openForm(answer.form, { done: () => location.assign("/") });
  else answered(answer);
}
