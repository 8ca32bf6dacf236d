import { stringAt } from '../schema/json.ts';
import type { Draft } from '../store/object.ts';

const STORED_ONLY: Readonly<Record<string, string>> = {
  '/LimitRange': 'its limits are not enforced',
  '/ResourceQuota': 'its limits are not enforced',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': 'its rules are not evaluated',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': 'its rules are not evaluated',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'its webhooks are not called',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': 'its rules are not evaluated',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': 'its rules are not evaluated',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'its webhooks are not called',
  'apiregistration.k8s.io/APIService': 'nothing is passed on to its server',
};

/** Warnings for a writer who may rely on something that a real server would do with the object, and this one does not. */
export function notEnforced(id: string, draft: Draft): string[] {
  const why = STORED_ONLY[id];
  if (why !== undefined) return [`the embedded cluster stores this ${draft.kind} only: ${why}`];
  return id === 'apiextensions.k8s.io/CustomResourceDefinition' ? ofDefinition(draft) : [];
}

function ofDefinition(draft: Draft): string[] {
  if (stringAt(draft, 'spec', 'conversion', 'strategy') !== 'Webhook') return [];
  return [
    'the embedded cluster calls no conversion webhook: each version drops what its schema does not know, and no more',
  ];
}
